/** Which form a person who signs in by an account sees, and what is said over it. */
import type { Refusal, SignInAnswer, SigningIn } from '../../../engine/account-api.ts';

export type Notice = 'confirmed' | 'sent-again' | 'too-late' | 'confirm-first' | 'reset-first';

export interface Shown {
  readonly screen: 'sign-in' | 'sign-up' | 'forgot' | 'confirm' | 'reset' | 'totp' | 'new-password';
  readonly email: string;
  /** Where a code was mailed, as the cloud puts it. */
  readonly sentTo: string;
  readonly notice: Notice | null;
  /** Of the last answer. */
  readonly refusal: Refusal | null;
}

export function shownAt({ asks, email }: SigningIn): Shown {
  const mailed = asks.step === 'confirm' || asks.step === 'reset' ? asks : null;
  return {
    screen: asks.step,
    email: mailed?.email ?? email,
    sentTo: mailed?.sentTo ?? '',
    notice: null,
    refusal: null,
  };
}

/** Another form, of a person's own accord. What they typed of their address goes along. */
export function turnTo(shown: Shown, screen: Shown['screen']): Shown {
  return { ...shown, screen, notice: null, refusal: null };
}

/** @param result what the answer came to, short of being signed in. */
export function after(shown: Shown, answer: SignInAnswer, result: SigningIn | Refusal): Shown {
  const email = 'email' in answer ? answer.email : shown.email;
  if (result.kind === 'signing-in') return { ...shownAt(result), notice: noticeFor(shown, answer, result) };
  // The cloud has forgotten what was asked: it begins at the start.
  if (result.reason === 'SessionExpired')
    return { screen: 'sign-in', email, sentTo: '', notice: 'too-late', refusal: null };
  return { ...shown, email, notice: null, refusal: result };
}

function noticeFor(shown: Shown, { answer }: SignInAnswer, { asks }: SigningIn): Notice | null {
  if (answer === 'confirm' && asks.step === 'sign-in') return 'confirmed';
  if (answer === 'sign-in' && asks.step === 'confirm') return 'confirm-first';
  if (answer === 'sign-in' && asks.step === 'reset') return 'reset-first';
  return shown.screen === asks.step && (answer === 'resend' || answer === 'forgot') ? 'sent-again' : null;
}
