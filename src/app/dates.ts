/** Dates as people say them, in the language of the page. Times are ms since 1970. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** For a list: the time today, "Yesterday", the weekday within a week, then the date, with its year if it isn't this one. */
export function shortDate(language: string, time: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY);
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, options).format(time);
  if (days === 0) return format({ hour: 'numeric', minute: '2-digit' });
  if (days === 1)
    return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-1, 'day'), language);
  if (days > 1 && days < 7) return format({ weekday: 'long' });
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "5 minutes ago"; null for less than a minute, which each sentence says in its own words. */
export function timeAgo(language: string, time: number, now: number): string | null {
  const past = now - time;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
  if (past < MINUTE) return null;
  if (past < HOUR) return format.format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return format.format(-Math.floor(past / HOUR), 'hour');
  return format.format(-Math.floor(past / DAY), 'day');
}

export function clockTime(language: string, time: number): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(time);
}

export function fullDate(language: string, time: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(time);
}

function capital(text: string, language: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(language) + rest.join('');
}
