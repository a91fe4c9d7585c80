import { describe, expect, test } from 'vitest';
import { chooseLanguage } from './catalogue.ts';
import { en } from './en.ts';
import { pluralIn } from './plural.ts';

describe('plural forms', () => {
  test('English has one and other', () => {
    expect(en.sync.waiting(1)).toBe('1 note waiting');
    expect(en.sync.waiting(0)).toBe('0 notes waiting');
    expect(en.sync.waiting(12_345)).toBe('12,345 notes waiting');
  });

  test('a language with more forms gets them', () => {
    const polish = pluralIn('pl');
    const forms = { one: '# notatka', few: '# notatki', many: '# notatek', other: '# notatki' };
    expect([1, 3, 5, 22].map((count) => polish(count, forms))).toEqual([
      '1 notatka',
      '3 notatki',
      '5 notatek',
      '22 notatki',
    ]);
  });

  test('a form that is missing is said with the one that every language has', () => {
    expect(pluralIn('en')(1, { other: '# notes' })).toBe('1 notes');
  });
});

describe('the language of the app', () => {
  test('is the first that the person wants and that there is, in their own variant', () => {
    expect(chooseLanguage(['xx-XX', 'en-GB', 'en-US']).tag).toBe('en-GB');
  });

  test('falls back to English', () => {
    expect(chooseLanguage(['xx']).strings).toBe(en);
    expect(chooseLanguage([]).tag).toBe('en');
  });
});

test('no string of the catalogue is empty', () => {
  const empty: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value === 'string' && value.trim() === '') empty.push(path);
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`);
    }
  };
  look(en, 'en');
  expect(empty).toEqual([]);
});
