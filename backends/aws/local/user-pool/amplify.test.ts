import { Amplify } from 'aws-amplify';
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  deleteUser,
  fetchAuthSession,
  fetchMFAPreference,
  fetchUserAttributes,
  resendSignUpCode,
  resetPassword,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  updatePassword,
  verifyTOTPSetup,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IDS, type Services } from '../services.ts';
import { startTestServices } from '../test-services.ts';
import { expireCodes, invite } from './administration.ts';
import { totpCode } from './totp.ts';

const PASSWORD = 'a password for the cloud';
const OTHER_PASSWORD = 'another password for it';

let services: Services;
let time = Date.now();
let people = 0;

beforeAll(async () => {
  services = await startTestServices(() => time);
  const { userPool } = services.endpoints;
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: IDS.userPoolId,
        userPoolClientId: IDS.clientId,
        userPoolEndpoint: userPool,
        identityPoolId: IDS.identityPoolId,
        identityPoolEndpoint: userPool,
      },
    },
  });
  const kept = new Map<string, string>();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async (key) => kept.get(key) ?? null,
    removeItem: async (key) => void kept.delete(key),
    clear: async () => kept.clear(),
  });
});

afterAll(() => services.close());

beforeEach(async () => {
  await signOut();
  time = Date.now();
});

const newcomer = () => {
  people += 1;
  return `person${people}@example.org`;
};

const mailedTo = (email: string) => {
  const code = services.pool.state.value.mails.findLast(({ to }) => to === email)?.code;
  if (code === undefined) throw new Error(`nothing was mailed to ${email}`);
  return code;
};

const signedUp = async () => {
  const email = newcomer();
  await signUp({ username: email, password: PASSWORD, options: { userAttributes: { email } } });
  await confirmSignUp({ username: email, confirmationCode: mailedTo(email) });
  return email;
};

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
  );

describe('signing up', () => {
  it('mails a code, and lets nobody in before it is confirmed', async () => {
    const email = newcomer();
    const { nextStep } = await signUp({ username: email, password: PASSWORD, options: { userAttributes: { email } } });
    expect(nextStep).toMatchObject({
      signUpStep: 'CONFIRM_SIGN_UP',
      codeDeliveryDetails: { destination: 'p***@e***', deliveryMedium: 'EMAIL' },
    });
    const early = await signIn({ username: email, password: PASSWORD });
    expect(early.nextStep.signInStep).toBe('CONFIRM_SIGN_UP');
    const wrong = mailedTo(email) === '000000' ? '000001' : '000000';
    expect(await failure(confirmSignUp({ username: email, confirmationCode: wrong }))).toBe('CodeMismatchException');
    await confirmSignUp({ username: email, confirmationCode: mailedTo(email) });
    expect((await signIn({ username: email, password: PASSWORD })).isSignedIn).toBe(true);
    expect(await fetchUserAttributes()).toMatchObject({ email, email_verified: 'true' });
  });

  it('mails another code, after which the first is of no use', async () => {
    const email = newcomer();
    await signUp({ username: email, password: PASSWORD, options: { userAttributes: { email } } });
    const first = mailedTo(email);
    await resendSignUpCode({ username: email });
    const second = mailedTo(email);
    expect(second).not.toBe(first);
    expect(await failure(confirmSignUp({ username: email, confirmationCode: first }))).toBe('CodeMismatchException');
    await confirmSignUp({ username: email, confirmationCode: second });
  });

  it('takes no code after a day, nor one that was made to expire', async () => {
    const email = newcomer();
    await signUp({ username: email, password: PASSWORD, options: { userAttributes: { email } } });
    time += 24 * 3_600_000;
    const confirm = () => confirmSignUp({ username: email, confirmationCode: mailedTo(email) });
    expect(await failure(confirm())).toBe('ExpiredCodeException');
    await resendSignUpCode({ username: email });
    expireCodes(services.pool, email);
    expect(await failure(confirm())).toBe('ExpiredCodeException');
  });

  it('refuses a taken address, a weak password, and what is no address', async () => {
    const email = await signedUp();
    expect(await failure(signUp({ username: email.toUpperCase(), password: PASSWORD }))).toBe(
      'UsernameExistsException',
    );
    expect(await failure(signUp({ username: newcomer(), password: 'short' }))).toBe('InvalidPasswordException');
    expect(await failure(signUp({ username: 'nobody', password: PASSWORD }))).toBe('InvalidParameterException');
  });

  it('is stopped after too many wrong codes within an hour', async () => {
    const email = newcomer();
    await signUp({ username: email, password: PASSWORD, options: { userAttributes: { email } } });
    const wrong = mailedTo(email) === '000000' ? '000001' : '000000';
    const attempt = () => failure(confirmSignUp({ username: email, confirmationCode: wrong }));
    for (let count = 0; count < 15; count += 1) expect(await attempt()).toBe('CodeMismatchException');
    expect(await attempt()).toBe('LimitExceededException');
    time += 3_600_000;
    expect(await attempt()).toBe('CodeMismatchException');
  });
});

describe('signing in', () => {
  it('gives tokens that Amazon’s own verifier accepts, and credentials', async () => {
    const email = await signedUp();
    await signIn({ username: email, password: PASSWORD });
    const { tokens, credentials, identityId, userSub } = await fetchAuthSession();
    const verifier = CognitoJwtVerifier.create({ userPoolId: IDS.userPoolId, clientId: IDS.clientId, tokenUse: 'id' });
    verifier.cacheJwks(services.pool.tokens.jwks as Parameters<typeof verifier.cacheJwks>[0]);
    const idToken = tokens?.idToken?.toString() ?? '';
    expect(await verifier.verify(idToken)).toMatchObject({ sub: userSub, email, email_verified: true });
    const forged = idToken.replace(/.{10}$/, 'AAAAAAAAAA');
    await expect(verifier.verify(forged)).rejects.toThrow('signature');
    await expect(verifier.verify(tokens?.accessToken.toString() ?? '')).rejects.toThrow('Token use');
    expect(identityId).toMatch(/^us-east-1:[0-9a-f-]{36}$/);
    expect(credentials?.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(credentials?.expiration?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it('says the same of a wrong password and of nobody', async () => {
    const email = await signedUp();
    const attempt = (username: string) => failure(signIn({ username, password: OTHER_PASSWORD }));
    expect(await attempt(email)).toBe('NotAuthorizedException');
    expect(await attempt(newcomer())).toBe('NotAuthorizedException');
    const byPassword = { authFlowType: 'USER_PASSWORD_AUTH' } as const;
    expect(await failure(signIn({ username: email, password: OTHER_PASSWORD, options: byPassword }))).toBe(
      'NotAuthorizedException',
    );
    expect((await signIn({ username: email, password: PASSWORD, options: byPassword })).isSignedIn).toBe(true);
  });

  it('makes whoever guesses wait', async () => {
    const email = await signedUp();
    const options = { authFlowType: 'USER_PASSWORD_AUTH' } as const;
    for (let count = 0; count < 5; count += 1)
      await failure(signIn({ username: email, password: OTHER_PASSWORD, options }));
    await expect(signIn({ username: email, password: PASSWORD, options })).rejects.toThrow(
      'Password attempts exceeded',
    );
    time += 1000;
    expect((await signIn({ username: email, password: PASSWORD, options })).isSignedIn).toBe(true);
  });

  it('renews tokens, until signed out', async () => {
    const email = await signedUp();
    await signIn({ username: email, password: PASSWORD });
    const before = (await fetchAuthSession()).tokens;
    time += 60_000;
    const after = (await fetchAuthSession({ forceRefresh: true })).tokens;
    expect(Number(after?.idToken?.payload.exp) - Number(before?.idToken?.payload.exp)).toBe(60);
    expect(after?.idToken?.payload['origin_jti']).toBe(before?.idToken?.payload['origin_jti']);
    time += 366 * 24 * 3_600_000;
    expect((await fetchAuthSession({ forceRefresh: true })).tokens).toBeUndefined();
  });

  it('ends everywhere', async () => {
    const email = await signedUp();
    await signIn({ username: email, password: PASSWORD });
    const { userSub } = await fetchAuthSession();
    const signIns = () => Object.values(services.pool.state.value.sessions).filter(({ sub }) => sub === userSub);
    expect(signIns()).toHaveLength(1);
    await signOut({ global: true });
    expect(signIns()).toEqual([]);
  });

  it('begins, for somebody who was invited, with choosing a password', async () => {
    const email = newcomer();
    const { password } = invite(services.pool, email);
    expect(mailedTo(email)).toBe(password);
    const { nextStep } = await signIn({ username: email, password });
    expect(nextStep.signInStep).toBe('CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
    expect(await failure(confirmSignIn({ challengeResponse: 'short' }))).toBe('InvalidPasswordException');
    expect((await confirmSignIn({ challengeResponse: PASSWORD })).isSignedIn).toBe(true);
    await signOut();
    expect((await signIn({ username: email, password: PASSWORD })).isSignedIn).toBe(true);
  });
});

describe('codes of an authenticator app', () => {
  it('are asked for once they were proved and switched on, and serve once each', async () => {
    const email = await signedUp();
    await signIn({ username: email, password: PASSWORD });
    const { sharedSecret } = await setUpTOTP();
    expect(await failure(verifyTOTPSetup({ code: '12345' }))).not.toBe('no failure');
    const first = totpCode(sharedSecret, time);
    await verifyTOTPSetup({ code: first });
    await updateMFAPreference({ totp: 'PREFERRED' });
    expect(await fetchMFAPreference()).toEqual({ enabled: ['TOTP'], preferred: 'TOTP' });

    await signOut();
    const { nextStep } = await signIn({ username: email, password: PASSWORD });
    expect(nextStep.signInStep).toBe('CONFIRM_SIGN_IN_WITH_TOTP_CODE');
    expect(await failure(confirmSignIn({ challengeResponse: first }))).toBe('ExpiredCodeException');
    const next = totpCode(sharedSecret, time + 30_000);
    expect((await confirmSignIn({ challengeResponse: next })).isSignedIn).toBe(true);

    await updateMFAPreference({ totp: 'DISABLED' });
    await signOut();
    expect((await signIn({ username: email, password: PASSWORD })).isSignedIn).toBe(true);
  });

  it('are as RFC 6238 has them', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpCode(secret, 59_000)).toBe('287082');
    expect(totpCode(secret, 1_111_111_109_000)).toBe('081804');
    expect(totpCode(secret, 20_000_000_000_000)).toBe('353130');
  });
});

describe('passwords', () => {
  it('are set anew with a code when forgotten', async () => {
    const email = await signedUp();
    const { nextStep } = await resetPassword({ username: email });
    expect(nextStep.codeDeliveryDetails.destination).toBe('p***@e***');
    const confirmationCode = mailedTo(email);
    const confirm = (newPassword: string) => confirmResetPassword({ username: email, newPassword, confirmationCode });
    expect(await failure(confirm('short'))).toBe('InvalidPasswordException');
    await confirm(OTHER_PASSWORD);
    expect(await failure(confirm(PASSWORD))).toBe('ExpiredCodeException');
    expect(await failure(signIn({ username: email, password: PASSWORD }))).toBe('NotAuthorizedException');
    expect((await signIn({ username: email, password: OTHER_PASSWORD })).isSignedIn).toBe(true);
  });

  it('are asked of nobody as of somebody', async () => {
    const { nextStep } = await resetPassword({ username: newcomer() });
    expect(nextStep.codeDeliveryDetails.destination).toBe('p***@e***');
  });

  it('are changed by who knows the old one', async () => {
    const email = await signedUp();
    await signIn({ username: email, password: PASSWORD });
    const change = (oldPassword: string) => updatePassword({ oldPassword, newPassword: OTHER_PASSWORD });
    expect(await failure(change('not the old one'))).toBe('NotAuthorizedException');
    await change(PASSWORD);
    await signOut();
    expect((await signIn({ username: email, password: OTHER_PASSWORD })).isSignedIn).toBe(true);
  });
});

it('forgets a deleted account, mail and all', async () => {
  const email = await signedUp();
  await signIn({ username: email, password: PASSWORD });
  await deleteUser();
  expect(JSON.stringify(services.pool.state.value)).not.toContain(email);
  expect(await failure(signIn({ username: email, password: PASSWORD }))).toBe('NotAuthorizedException');
});
