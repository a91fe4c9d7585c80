/** A person's way in, step by step: their own account, or a new one. What they type stays in here until they are signed in. */
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  resendSignUpCode,
  resetPassword,
  signIn as amplifySignIn,
  signUp,
} from 'aws-amplify/auth';
import { unlessAborted } from '../abort.ts';
import { RPC_MS } from '../deadline.ts';
import { AccountError, type ProviderDeps, type SignIn, type SignInStep } from '../provider.ts';
import { accountErrorOf, type Question } from './account-failure.ts';
import { contextOf, tokensIn, type TokenStore } from './amplify.ts';
import type { CloudConfig } from './protocol.ts';
import { type AwsSettings, emailIn, lifetimeOf, subjectIn } from './settings.ts';

/** Amplify itself waits for an answer as long as it takes. */
export const patiently = <T>(work: Promise<T>): Promise<T> => unlessAborted(work, AbortSignal.timeout(RPC_MS));

/** Runs what it is given one after the other, whatever became of those before. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work, work);
    last = run.catch(() => undefined);
    return run;
  };
}

/**
 * Between two steps of signing in Amplify remembers whose turn it is in one place for the whole program. So one step runs
 * at a time, and only who took the last one may go on.
 */
const oneAtATime = createQueue();
let turn: object | undefined;

/** As loose as can be: whether mail arrives there is the only true test. */
const isEmail = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text) && text.length <= 128;

function checked(email: string): string {
  const trimmed = email.trim();
  if (!isEmail(trimmed)) throw new AccountError('BadEmail', 'that is no e-mail address');
  return trimmed;
}

/** People copy codes with spaces around and in between. */
export const codeIn = (text: string) => text.replaceAll(/\s/g, '');

/** Cognito takes no password that begins or ends so, and would call the whole question malformed. */
function checkPassword(password: string): void {
  if (password.trim() !== password || password.length < 6 || password.length > 256)
    throw new AccountError(
      'WeakPassword',
      password.trim() === password
        ? 'A password has 6 to 256 characters'
        : 'A password neither begins nor ends with a space',
    );
}

const sentTo = (email: string, details: { readonly destination?: string | undefined } | undefined) => ({
  email,
  sentTo: details?.destination ?? email,
});

type NextStep = Awaited<ReturnType<typeof amplifySignIn>>['nextStep'];

async function asked<T>(question: Question, work: () => Promise<T>): Promise<T> {
  try {
    return await patiently(work());
  } catch (error) {
    throw accountErrorOf(error, question);
  }
}

export function createSignIn({ now }: Pick<ProviderDeps, 'now'>, api: string, cloud: CloudConfig): SignIn {
  const own = {};
  const store: TokenStore = new Map();
  const context = contextOf(cloud, store);
  /** Until they are signed in: a new account is confirmed before it can be. */
  let known: { readonly email: string; readonly password: string } | undefined;

  function signedIn(): SignInStep {
    const tokens = tokensIn(store, cloud.clientId);
    const accountId = tokens && subjectIn(tokens.idToken);
    const lifetime = tokens && lifetimeOf(tokens.idToken);
    if (!tokens || accountId === undefined || lifetime === undefined)
      throw new AccountError('Failed', 'the cloud gave no tokens that can be read');
    const email = emailIn(tokens.idToken) ?? known?.email ?? '';
    known = undefined;
    const settings: AwsSettings = { api, cloud, email, accountId, tokens: { ...tokens, expiresAt: now() + lifetime } };
    return { step: 'signed-in', settings: { ...settings } };
  }

  function stepOf({ signInStep }: NextStep): SignInStep {
    switch (signInStep) {
      case 'DONE':
        return signedIn();
      case 'CONFIRM_SIGN_IN_WITH_TOTP_CODE':
        return { step: 'totp' };
      case 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED':
        return { step: 'new-password' };
      case 'CONFIRM_SIGN_UP':
        throw new AccountError('NotConfirmed', 'the address was never confirmed');
      case 'RESET_PASSWORD':
        throw new AccountError('ResetRequired', 'another password has to be chosen');
      case 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE':
      case 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE':
      case 'CONFIRM_SIGN_IN_WITH_PASSWORD':
      case 'CONFIRM_SIGN_IN_WITH_SMS_CODE':
      case 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP':
      case 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION':
      case 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION':
      case 'CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION':
      case 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP':
        throw new AccountError('Failed', `the cloud asks for something that is not known here (${signInStep})`);
    }
  }

  async function signIn(email: string, password: string): Promise<SignInStep> {
    known = { email, password };
    const { nextStep } = await oneAtATime(() => {
      turn = own;
      store.clear();
      return asked('sign-in', () => amplifySignIn(context, { username: email, password }));
    });
    return stepOf(nextStep);
  }

  return {
    signUp: cloud.signUp,

    async signUpAs(text, password) {
      const email = checked(text);
      checkPassword(password);
      const { nextStep } = await asked('sign-up', () =>
        signUp(context, { username: email, password, options: { userAttributes: { email } } }),
      );
      known = { email, password };
      // A cloud may confirm people by itself.
      if (nextStep.signUpStep === 'DONE') return signIn(email, password);
      const details = nextStep.signUpStep === 'CONFIRM_SIGN_UP' ? nextStep.codeDeliveryDetails : undefined;
      return { step: 'confirm', ...sentTo(email, details) };
    },

    async confirm(text, code) {
      const email = checked(text);
      await asked('confirm', async () => {
        try {
          await confirmSignUp(context, { username: email, confirmationCode: codeIn(code) });
        } catch (error) {
          // They are confirmed already: a first answer was lost.
          if (!(error instanceof Error) || error.name !== 'NotAuthorizedException') throw error;
        }
      });
      if (known?.email !== email) return { step: 'sign-in' };
      return signIn(email, known.password).catch(() => ({ step: 'sign-in' }));
    },

    async resend(text) {
      const email = checked(text);
      const details = await asked('resend', () => resendSignUpCode(context, { username: email }));
      return { step: 'confirm', ...sentTo(email, details) };
    },

    signIn: async (email, password) => signIn(checked(email), password),

    async answer(text) {
      const { nextStep } = await oneAtATime(() => {
        if (turn !== own) throw new AccountError('SessionExpired', 'another sign-in was begun meanwhile');
        return asked('answer', () => confirmSignIn(context, { challengeResponse: text }));
      });
      return stepOf(nextStep);
    },

    async forgot(text) {
      const email = checked(text);
      const { nextStep } = await asked('forgot', () => resetPassword(context, { username: email }));
      return { step: 'reset', ...sentTo(email, nextStep.codeDeliveryDetails) };
    },

    async reset(text, code, password) {
      const email = checked(text);
      checkPassword(password);
      await asked('reset', () =>
        confirmResetPassword(context, {
          username: email,
          confirmationCode: codeIn(code),
          newPassword: password,
        }),
      );
      return signIn(email, password);
    },
  };
}
