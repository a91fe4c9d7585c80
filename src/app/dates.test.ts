import { describe, expect, test } from 'vitest';
import { shortDate, timeAgo } from './dates.ts';

/** A Wednesday, in the time zone that the test runs in. */
const now = new Date(2026, 10, 18, 15, 30).getTime();
const at = (...date: [number, number, number, number?, number?]): number => new Date(...date).getTime();

describe('the date in a list', () => {
  test.each([
    ['today, the time', at(2026, 10, 18, 9, 5), '9:05 AM'],
    ['yesterday, by name, however few hours ago', at(2026, 10, 17, 23, 59), 'Yesterday'],
    ['within a week, the weekday', at(2026, 10, 13, 12), 'Friday'],
    ['a week ago it would be ambiguous: the date', at(2026, 10, 11, 12), 'Nov 11'],
    ['in another year, with the year', at(2025, 10, 18, 12), 'Nov 18, 2025'],
    ['ahead of a clock that is wrong, the date', at(2026, 10, 20, 12), 'Nov 20'],
  ])('%s', (_, time, words) => {
    // Newer ICU puts a narrow no-break space before AM.
    expect(shortDate('en-US', time, now).replace(/\s/gu, ' ')).toBe(words);
  });

  test('follows the language of the page', () => {
    expect(shortDate('de', at(2026, 10, 17, 12), now)).toBe('Gestern');
    expect(shortDate('en-GB', at(2026, 10, 11, 12), now)).toBe('11 Nov');
  });
});

describe('how long ago', () => {
  const [second, minute, hour] = [1000, 60_000, 3_600_000];
  test.each([
    [59 * second, null],
    [61 * second, '1 minute ago'],
    [59 * minute, '59 minutes ago'],
    [90 * minute, '1 hour ago'],
    [23 * hour, '23 hours ago'],
    [50 * hour, '2 days ago'],
  ])('%d ms is %s', (past, words) => {
    expect(timeAgo('en', now - past, now)).toBe(words);
  });

  test('a time that is still to come is now', () => {
    expect(timeAgo('en', now + 5000, now)).toBeNull();
  });
});
