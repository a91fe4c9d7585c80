/** The account of somebody who is signed in, as they look after it themselves. */
import {
  deleteUser,
  fetchMFAPreference,
  setUpTOTP,
  updateMFAPreference,
  updatePassword,
  verifyTOTPSetup,
} from 'aws-amplify/auth';
import { TRANSFER_MS } from '../deadline.ts';
import { fieldOf } from '../field-of.ts';
import type { Account } from '../provider.ts';
import { accountErrorOf, type Question } from './account-failure.ts';
import { contextOf, storeOf } from './amplify.ts';
import { endpointsOf } from './cloud.ts';
import { callCognito } from './cognito.ts';
import { jsonOf } from './exchange.ts';
import { CloudFailure, foreignAnswer } from './failure.ts';
import { createGateway } from './gateway.ts';
import { createSession, type SessionDeps } from './session.ts';
import type { AwsSettings, Tokens } from './settings.ts';
import { codeIn, patiently } from './sign-in.ts';

type AmplifyContext = ReturnType<typeof contextOf>;

/** Over the services that say so by name: these tokens are good no longer, or the password in the question is wrong. */
const refused = (error: unknown) =>
  (error instanceof CloudFailure ? error.code : error instanceof Error ? error.name : '') === 'NotAuthorizedException';

export function createAccount(deps: SessionDeps, settings: AwsSettings): Account {
  const { api, cloud, email } = settings;
  const session = createSession(deps, settings);
  const endpoints = endpointsOf(api, cloud);
  const gateway = createGateway({ ...deps, api: endpoints.api, session });

  /** Tokens that were ended elsewhere look sound here: they are renewed once, and only then is a no believed. */
  async function withTokens<T>(question: Question, work: (tokens: Tokens) => Promise<T>): Promise<T> {
    try {
      const tokens = await session.current(undefined);
      try {
        return await work(tokens);
      } catch (error) {
        if (!refused(error)) throw error;
        const renewed = await session.renew(tokens, undefined);
        // A wrong password isn't tried twice: it is counted.
        if (question === 'change-password') throw error;
        return await work(renewed);
      }
    } catch (error) {
      throw accountErrorOf(error, question);
    }
  }

  const asPerson = <T>(question: Question, work: (context: AmplifyContext) => Promise<T>) =>
    withTokens(question, (tokens) => patiently(work(contextOf(cloud, storeOf(tokens, cloud.clientId)))));

  /** Amplify's own sign-out says nothing when it wasn't heard. */
  const callPool = (action: string, input: Readonly<Record<string, unknown>>) =>
    callCognito(deps, {
      service: 'AWSCognitoIdentityProviderService',
      action,
      endpoint: endpoints.userPool,
      input,
      signal: undefined,
    });

  async function eraseStored(): Promise<void> {
    for (let more = true; more; ) {
      const request = { method: 'DELETE', path: '/account', patience: TRANSFER_MS, signal: undefined } as const;
      const left = fieldOf(await jsonOf(await gateway(request)), 'more');
      if (typeof left !== 'boolean') throw foreignAnswer('DELETE account', 'something else');
      more = left;
    }
  }

  return {
    email,

    changePassword: (from, to) =>
      asPerson('change-password', (context) => updatePassword(context, { oldPassword: from, newPassword: to })),

    async totp() {
      const { enabled } = await asPerson('account', (context) => fetchMFAPreference(context));
      return enabled?.includes('TOTP') ?? false;
    },

    async beginTotp() {
      const { sharedSecret } = await asPerson('account', (context) => setUpTOTP(context));
      const label = `Satchel:${encodeURIComponent(email)}`;
      return { secret: sharedSecret, address: `otpauth://totp/${label}?secret=${sharedSecret}&issuer=Satchel` };
    },

    proveTotp: (code) =>
      asPerson('prove-totp', async (context) => {
        await verifyTOTPSetup(context, { code: codeIn(code) });
        await updateMFAPreference(context, { totp: 'PREFERRED' });
      }),

    removeTotp: () => asPerson('account', (context) => updateMFAPreference(context, { totp: 'DISABLED' })),

    async signOut({ everywhere }) {
      if (everywhere) {
        await withTokens('account', ({ accessToken }) => callPool('GlobalSignOut', { AccessToken: accessToken }));
        return;
      }
      try {
        // Needs no fresh access token, only the one that is to end.
        const { refreshToken } = settings.tokens;
        await callPool('RevokeToken', { ClientId: cloud.clientId, Token: refreshToken });
      } catch (error) {
        // A no means that it is of no use any more, or that this pool ends none before its time.
        const isNo = error instanceof CloudFailure && error.status >= 400 && error.status < 500;
        if (!isNo) throw accountErrorOf(error, 'account');
      }
    },

    async deleteAccount() {
      try {
        await eraseStored();
      } catch (error) {
        throw accountErrorOf(error, 'account');
      }
      await asPerson('account', (context) => deleteUser(context));
    },
  };
}
