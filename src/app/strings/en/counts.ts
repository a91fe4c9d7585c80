/** Numbers of things, in English. */
import { pluralIn } from '../plural.ts';

export const n = pluralIn('en');
export const notes = (count: number): string => n(count, { one: '# note', other: '# notes' });
export const digits = (count: number): string => n(count, { other: '#' });
