/** One's own account: what is known of it, the ends of its sign-ins, and its own end. */
import { text } from './input.ts';
import { endSessions } from './people.ts';
import { checkClient, type Operation, signedIn } from './pool.ts';

const getUser: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  const attributes = { sub: person.sub, email: person.email, email_verified: String(person.emailVerified) };
  return {
    Username: person.sub,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    ...(person.softwareToken?.enabled && {
      PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    }),
  };
};

const deleteUser: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  endSessions(pool.state, person.sub);
  delete pool.state.value.people[person.sub];
  const { mails } = pool.state.value;
  mails.splice(0, mails.length, ...mails.filter(({ to }) => to !== person.email));
  pool.state.save();
  return {};
};

const globalSignOut: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  endSessions(pool.state, person.sub);
  pool.state.save();
  return {};
};

/** A token that is no longer any good is nothing to complain of. */
const revokeToken: Operation = (pool, input) => {
  checkClient(pool, input);
  const session = pool.tokens.sessionOf(text(input, 'Token'));
  if (session) delete pool.state.value.sessions[session.id];
  pool.state.save();
  return {};
};

export const accountOperations = {
  GetUser: getUser,
  DeleteUser: deleteUser,
  GlobalSignOut: globalSignOut,
  RevokeToken: revokeToken,
} satisfies Record<string, Operation>;
