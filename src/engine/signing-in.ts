/**
 * Signing in by an account, step by step. The provider's side of it, and with it every password and token, stays in here; what
 * is asked next is kept in the database, since people leave for their mail, and phones end what they left.
 */
import { AccountError, type ProviderConfig, type SignIn, type SignInStep } from '../../backends/provider.ts';
import type { AccountCare, Accounts, Refusal, SignInAnswer, SignInAsks, SigningIn } from './account-api.ts';
import { accessOf, orRefusal } from './account.ts';
import { labelOf } from './configuration.ts';
import { configOf, connected, keepDraft, newId, providerDeps, providerFor, SIGN_IN } from './connections.ts';
import type { Host } from './host.ts';

/** A sign-in as it is kept between two steps. Holds nothing secret. */
interface WayIn {
  /** Told apart from one that another window began meanwhile. */
  readonly id: string;
  readonly kind: string;
  readonly config: ProviderConfig;
  readonly ownClient: boolean;
  readonly again: boolean;
  readonly email: string;
  readonly asks: SignInAsks;
}

const START: SignInAsks = { step: 'sign-in' };

const givenUp = () => new AccountError('SessionExpired', 'the sign-in was given up');

/** What the provider asks for next. What only stands in the way of signing in is dealt with at once. */
async function ask(signIn: SignIn, answer: SignInAnswer): Promise<SignInStep | { readonly step: 'sign-in' }> {
  switch (answer.answer) {
    case 'sign-up':
      return signIn.signUpAs(answer.email, answer.password);
    case 'sign-in':
      try {
        return await signIn.signIn(answer.email, answer.password);
      } catch (error) {
        if (!(error instanceof AccountError)) throw error;
        if (error.kind === 'ResetRequired') return signIn.forgot(answer.email);
        if (error.kind !== 'NotConfirmed') throw error;
        // Where no other code can be had just now, the one that was mailed before may still do.
        const { email } = answer;
        return signIn.resend(email).catch(() => ({ step: 'confirm', email, sentTo: email }));
      }
    case 'confirm':
      return signIn.confirm(answer.email, answer.code);
    case 'resend':
      return signIn.resend(answer.email);
    case 'forgot':
      return signIn.forgot(answer.email);
    case 'reset':
      return signIn.reset(answer.email, answer.code, answer.password);
    case 'totp':
    case 'new-password':
      return signIn.answer(answer.text);
  }
}

export function createSigningIn(host: Host): Omit<Accounts, keyof AccountCare> {
  /** The provider's side of the one under way, if it was begun in this window. */
  let open: { readonly id: string; readonly signIn: SignIn } | null = null;

  const wayIn = async (): Promise<WayIn | undefined> => (await host.db.local.get(SIGN_IN))?.value as WayIn | undefined;

  async function begin(way: Omit<WayIn, 'id' | 'asks'>): Promise<SigningIn | Refusal> {
    const value: WayIn = { ...way, id: newId(host), asks: START };
    await host.db.local.put({ key: SIGN_IN, value });
    return orRefusal(() => shown(value));
  }

  async function signInOf(way: WayIn): Promise<SignIn> {
    if (open?.id === way.id) return open.signIn;
    const signIn = await accessOf(host, way.kind).begin(way.config, providerDeps(host));
    open = { id: way.id, signIn };
    return signIn;
  }

  async function shown(way: WayIn): Promise<SigningIn> {
    const { signUp } = await signInOf(way);
    const { email, again, asks } = way;
    return {
      kind: 'signing-in',
      label: labelOf(providerFor(host, way.kind), way.config),
      email,
      again,
      signUp,
      asks,
    };
  }

  return {
    beginSignIn: (kind, { address }) =>
      orRefusal(async () => {
        const access = accessOf(host, kind);
        const config =
          address === undefined
            ? (await host.configuration())[kind]
            : await access.configAt(address, providerDeps(host));
        if (!config) throw new AccountError('NoCloud', `"${kind}" isn't configured`);
        return begin({ kind, config, ownClient: address !== undefined, again: false, email: '' });
      }),

    beginSignInAgain: () =>
      orRefusal(async () => {
        const row = await connected(host);
        if (!row) throw new AccountError('Failed', 'no storage is connected');
        const config = await configOf(host, row);
        return begin({ kind: row.kind, config, ownClient: row.ownClient, again: true, email: row.account });
      }),

    async signingIn() {
      const way = await wayIn();
      if (!way) return null;
      // The window that was asked for them has gone, and what it knew with it.
      const lost = open?.id !== way.id && (way.asks.step === 'totp' || way.asks.step === 'new-password');
      return orRefusal(() => shown(lost ? { ...way, asks: START } : way));
    },

    answerSignIn: (answer) =>
      orRefusal(async () => {
        const way = await wayIn();
        if (!way) throw new AccountError('SessionExpired', 'no sign-in is under way');
        const step = await ask(await signInOf(way), answer);
        const isWanted = async () => (await wayIn())?.id === way.id;
        if (step.step === 'signed-in') {
          const { kind, config, ownClient } = way;
          if (!(await keepDraft(host, { kind, config, ownClient, settings: step.settings }, isWanted))) throw givenUp();
          open = null;
          return { kind: 'signed-in' } as const;
        }
        if (!(await isWanted())) throw givenUp();
        const next: WayIn = { ...way, asks: step, email: 'email' in answer ? answer.email : way.email };
        await host.db.local.put({ key: SIGN_IN, value: next });
        return shown(next);
      }),

    async restartSignIn() {
      const way = await wayIn();
      open = null;
      return way ? begin(way) : null;
    },
  };
}
