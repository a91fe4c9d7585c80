/** A cloud with accounts for the engine's tests, in memory: it mails codes, asks for second steps, and forgets logins. */
import { openMemory } from '../../backends/memory/client.ts';
import { createMemoryProvider, type MemoryProvider } from '../../backends/memory/provider.ts';
import {
  type Account,
  AccountError,
  type AccountErrorKind,
  type ConnectionSettings,
  type Provider,
  type ProviderConfig,
  type SignIn,
  type SignInStep,
} from '../../backends/provider.ts';
import { seededRandom } from '../../backends/seeded-random.ts';
import { sleep } from '../../backends/sleep.ts';

interface Person {
  readonly email: string;
  password: string;
  confirmed: boolean;
  invited: boolean;
  resetRequired: boolean;
  code: string;
  totp: string | null;
  newTotp: string | null;
  readonly storage: MemoryProvider;
  /** Of those who are signed in. */
  readonly tokens: Set<string>;
}

export interface AccountCloud {
  readonly config: ProviderConfig;
  readonly provider: Provider;
  /** The last code that was mailed to the address. */
  mailed(email: string): string;
  invite(email: string, password: string): void;
  /** As when the person signs out everywhere. */
  signOutEverywhere(email: string): void;
  /** As an administrator does. */
  requireReset(email: string): void;
  /** What everything is answered with, while it isn't null. */
  broken: AccountErrorKind | null;
  /** What the answer to a second step waits for. */
  slow: Promise<void>;
  readonly people: ReadonlyMap<string, Person>;
}

export const CLOUD_ADDRESS = 'http://cloud.test';

function strong(password: string): string {
  if (password.length < 8) throw new AccountError('WeakPassword', 'at least 8 characters');
  return password;
}

export function createAccountCloud(signUp: SignIn['signUp'] = 'open'): AccountCloud {
  const people = new Map<string, Person>();
  let codes = 100_000;
  const cloud: AccountCloud = {
    config: { clientId: 'pool-client', label: 'Cloud (test)' },
    provider: {
      kind: 'cloud',
      name: 'Cloud',
      access: {
        by: 'account',
        configAt: async (address) => {
          if (address !== CLOUD_ADDRESS) throw new AccountError('NoCloud', 'nothing answers there');
          return { ...cloud.config, label: 'My own' };
        },
        begin: async () => {
          available();
          return createSignIn();
        },
        account: async (_, settings) => createAccount(personOf(settings), settings),
      },
      open(_, settings) {
        const person = personOf(settings);
        const storage = openMemory(person.storage, settings);
        return { ...storage, about: async (signal) => ({ ...(await storage.about(signal)), label: person.email }) };
      },
    },
    mailed: (email) => known(email).code,
    invite: (email, password) => void add(email, password, { confirmed: true, invited: true }),
    signOutEverywhere: (email) => revoke(known(email)),
    requireReset: (email) => {
      known(email).resetRequired = true;
    },
    broken: null,
    slow: Promise.resolve(),
    people,
  };

  function available(): void {
    if (cloud.broken) throw new AccountError(cloud.broken, 'told to');
  }

  function known(email: string): Person {
    const person = people.get(email);
    if (!person) throw new AccountError('WrongPassword', 'no such person');
    return person;
  }

  /** Also of somebody whose account was deleted: their tokens were taken back with it. */
  const everybody = new Map<string, Person>();
  function personOf(settings: ConnectionSettings): Person {
    const person = everybody.get(settings['person'] as string);
    if (!person) throw new AccountError('Failed', 'these settings are of another cloud');
    return person;
  }

  function add(email: string, password: string, how: Pick<Person, 'confirmed' | 'invited'>): Person {
    const deps = { now: () => Date.now(), sleep, random: seededRandom(people.size + 7) };
    const storage = createMemoryProvider(deps);
    const person: Person = {
      email,
      password,
      resetRequired: false,
      code: '',
      totp: null,
      newTotp: null,
      storage,
      tokens: new Set<string>(),
      ...how,
    };
    people.set(email, person);
    everybody.set(email, person);
    return person;
  }

  function mail(person: Person): string {
    person.code = String(++codes);
    return `${person.email.slice(0, 1)}***`;
  }

  function check(person: Person, code: string): void {
    if (code === 'too-old') throw new AccountError('CodeExpired', 'ask for another');
    if (code !== person.code) throw new AccountError('WrongCode', 'not the one that was mailed');
  }

  function createSignIn(): SignIn {
    let asked: Person | null = null;
    let password: string | null = null;
    const enter = (person: Person): SignInStep => {
      const token = person.storage.grant();
      person.tokens.add(token);
      return { step: 'signed-in', settings: { person: person.email, token } };
    };
    const signIn: SignIn = {
      signUp,
      async signUpAs(email, chosen) {
        available();
        if (signUp === 'invitation') throw new AccountError('Closed', 'by invitation only');
        if (people.has(email)) throw new AccountError('Exists', 'there already');
        const sentTo = mail(add(email, strong(chosen), { confirmed: false, invited: false }));
        password = chosen;
        return { step: 'confirm', email, sentTo };
      },
      async confirm(email, code) {
        available();
        check(known(email), code);
        known(email).confirmed = true;
        return password === null ? { step: 'sign-in' } : signIn.signIn(email, password);
      },
      async resend(email) {
        available();
        return { step: 'confirm', email, sentTo: mail(known(email)) };
      },
      async signIn(email, given) {
        available();
        const person = known(email);
        if (person.password !== given) throw new AccountError('WrongPassword', 'not that one');
        password = given;
        if (!person.confirmed) throw new AccountError('NotConfirmed', 'the address is to be proved first');
        if (person.resetRequired) throw new AccountError('ResetRequired', 'somebody wants that');
        asked = person;
        if (person.invited) return { step: 'new-password' };
        return person.totp === null ? enter(person) : { step: 'totp' };
      },
      async answer(text) {
        available();
        await cloud.slow;
        if (!asked) throw new AccountError('SessionExpired', 'nothing was asked');
        if (asked.invited) {
          asked.password = strong(text);
          asked.invited = false;
        } else if (text !== `code of ${asked.totp}`) throw new AccountError('WrongCode', 'not of that secret');
        return enter(asked);
      },
      async forgot(email) {
        available();
        return { step: 'reset', email, sentTo: mail(known(email)) };
      },
      async reset(email, code, chosen) {
        available();
        check(known(email), code);
        known(email).password = strong(chosen);
        known(email).resetRequired = false;
        return signIn.signIn(email, chosen);
      },
    };
    return signIn;
  }

  function revoke(person: Person): void {
    person.tokens.clear();
    person.storage.revokeAll();
  }

  function createAccount(person: Person, settings: ConnectionSettings): Account {
    const token = settings['token'] as string;
    const may = () => {
      available();
      if (!person.tokens.has(token)) throw new AccountError('SignedOut', 'the login has ended');
    };
    return {
      email: person.email,
      async changePassword(from, to) {
        may();
        if (from !== person.password) throw new AccountError('WrongPassword', 'not that one');
        person.password = strong(to);
      },
      async totp() {
        may();
        return person.totp !== null;
      },
      async beginTotp() {
        may();
        person.newTotp = `SECRET${++codes}`;
        return { secret: person.newTotp, address: `otpauth://totp/${person.email}?secret=${person.newTotp}` };
      },
      async proveTotp(code) {
        may();
        if (code !== `code of ${person.newTotp}`) throw new AccountError('WrongCode', 'not of that secret');
        person.totp = person.newTotp;
      },
      async removeTotp() {
        may();
        person.totp = null;
      },
      async signOut({ everywhere }) {
        may();
        if (everywhere) revoke(person);
        else person.tokens.delete(token);
      },
      async deleteAccount() {
        may();
        person.storage.wipe();
        people.delete(person.email);
        revoke(person);
      },
    };
  }

  return cloud;
}
