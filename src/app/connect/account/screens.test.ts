import { describe, expect, test } from 'vitest';
import type { Refusal, SignInAsks, SigningIn } from '../../../engine/account-api.ts';
import { after, type Shown, shownAt, turnTo } from './screens.ts';

const EMAIL = 'ada@example.com';

function signing(asks: SignInAsks): SigningIn {
  return { kind: 'signing-in', label: 'Cloud', email: EMAIL, again: false, signUp: 'open', asks };
}

const refused = (reason: Refusal['reason']): Refusal => ({ kind: 'refused', reason, detail: '' });
const at = (screen: Shown['screen']): Shown => ({ screen, email: EMAIL, sentTo: '', notice: null, refusal: null });
const confirm: SignInAsks = { step: 'confirm', email: EMAIL, sentTo: 'a***' };
const reset: SignInAsks = { step: 'reset', email: EMAIL, sentTo: 'a***' };
const signIn = { answer: 'sign-in', email: EMAIL, password: 'x' } as const;

describe('the form that is shown', () => {
  test('is the one for what the cloud asks, with where it mailed a code', () => {
    expect(shownAt(signing(confirm))).toEqual({ ...at('confirm'), sentTo: 'a***' });
    expect(shownAt(signing({ step: 'totp' }))).toEqual(at('totp'));
  });

  test('stays where it is when the answer was wrong, and keeps the address that was typed', () => {
    const shown = after({ ...at('sign-in'), email: '' }, signIn, refused('WrongPassword'));
    expect(shown).toEqual({ ...at('sign-in'), refusal: refused('WrongPassword') });
  });

  test('takes the address along to another form, and leaves the error behind', () => {
    const shown = turnTo({ ...at('sign-in'), refusal: refused('WrongPassword'), notice: 'confirmed' }, 'forgot');
    expect(shown).toEqual(at('forgot'));
  });

  test('is the first one, with a word about it, when the cloud has forgotten what it asked', () => {
    const shown = after(at('totp'), { answer: 'totp', text: '1' }, refused('SessionExpired'));
    expect(shown).toEqual({ ...at('sign-in'), notice: 'too-late' });
  });
});

describe('what is said over it', () => {
  test.each([
    ['confirmed', at('confirm'), { answer: 'confirm', email: EMAIL, code: '1' }, { step: 'sign-in' }],
    ['confirm-first', at('sign-in'), signIn, confirm],
    ['reset-first', at('sign-in'), signIn, reset],
    ['sent-again', at('confirm'), { answer: 'resend', email: EMAIL }, confirm],
    ['sent-again', at('reset'), { answer: 'forgot', email: EMAIL }, reset],
    [null, at('forgot'), { answer: 'forgot', email: EMAIL }, reset],
    [null, at('sign-up'), { answer: 'sign-up', email: EMAIL, password: 'x' }, confirm],
    [null, at('sign-in'), signIn, { step: 'totp' }],
  ] as const)('%s', (notice, shown, answer, asks) => {
    expect(after(shown, answer, signing(asks)).notice).toBe(notice);
  });
});
