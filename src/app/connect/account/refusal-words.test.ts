import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../../engine/account-api.ts';
import { en } from '../../strings/en.ts';
import { asSent, missingWords, refusalWords } from './refusal-words.ts';

const refused = (reason: Refusal['reason'], detail = ''): Refusal => ({ kind: 'refused', reason, detail });
const NOTHING = { email: '', password: '', 'new-password': '', code: '', address: '' };

describe('a refusal', () => {
  test('is said beside the field that it is about', () => {
    expect(refusalWords(en, refused('WrongPassword'), ['email', 'password'])).toEqual({
      field: 'password',
      words: en.account.refused.WrongPassword,
      detail: null,
    });
    expect(refusalWords(en, refused('CodeExpired'), ['code', 'new-password']).field).toBe('code');
    expect(refusalWords(en, refused('Exists'), ['email', 'new-password']).field).toBe('email');
  });

  test('is said over the form that has no such field', () => {
    expect(refusalWords(en, refused('WrongPassword'), ['email']).field).toBeNull();
    expect(refusalWords(en, refused('Offline'), ['email', 'password']).field).toBeNull();
  });

  test('names the rule that a password breaks', () => {
    const { words } = refusalWords(en, refused('WeakPassword', 'At least 12 characters.'), ['new-password']);
    expect(words).toBe(`${en.account.refused.WeakPassword} At least 12 characters.`);
  });

  test('shows what the cloud said only where there are no better words', () => {
    expect(refusalWords(en, refused('Failed', 'Teapot'), []).detail).toBe('Teapot');
    expect(refusalWords(en, refused('Failed'), []).detail).toBeNull();
    expect(refusalWords(en, refused('TooMany', 'LimitExceededException'), []).detail).toBeNull();
  });

  test('is said in the form’s own words where it has some', () => {
    const own = { WrongCode: en.account.wrongTotp };
    expect(refusalWords(en, refused('WrongCode'), ['code'], own).words).toBe(en.account.wrongTotp);
    expect(refusalWords(en, refused('TooMany'), ['code'], own).words).toBe(en.account.refused.TooMany);
  });
});

describe('before a form is sent', () => {
  test('each empty field is named', () => {
    expect(missingWords(en, ['email', 'password'], { ...NOTHING, email: ' ' })).toEqual({
      email: en.account.missing.email,
      password: en.account.missing.password,
    });
  });

  test('what can’t be an address is told from one', () => {
    for (const email of ['ada', 'ada@', '@example.com', 'ada lovelace@example.com'])
      expect(missingWords(en, ['email'], { ...NOTHING, email })).toEqual({ email: en.account.refused.BadEmail });
    expect(missingWords(en, ['email'], { ...NOTHING, email: ' ada@example.com ' })).toEqual({});
  });

  test('spaces around an address and within a code go; a password is left as it is', () => {
    const values = { ...NOTHING, email: ' ada@example.com ', code: ' 123 456 ', password: ' my secret ' };
    expect(asSent(values)).toEqual({ ...values, email: 'ada@example.com', code: '123456' });
  });
});
