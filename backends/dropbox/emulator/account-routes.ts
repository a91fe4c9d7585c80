/** Who is connected, how much room is left, and signing out. */
import type { check, users } from 'dropbox';
import { otherwise, struct, text } from './arguments.ts';
import type { Route } from './route.ts';
import { route, routeWithoutArgument } from './route.ts';
import { revokeGrant } from './tokens.ts';
import { usedBytes } from './world.ts';

const scope = { scope: 'account_info.read' } as const;

const currentAccount = routeWithoutArgument(
  { name: 'users/get_current_account', ...scope },
  ({ caller }): users.FullAccount => {
    const { account } = caller;
    const name = `${account.givenName} ${account.surname}`;
    return {
      account_id: account.id,
      name: {
        given_name: account.givenName,
        surname: account.surname,
        familiar_name: account.givenName,
        display_name: name,
        abbreviated_name: account.givenName.slice(0, 1) + account.surname.slice(0, 1),
      },
      email: account.email,
      email_verified: true,
      disabled: false,
      country: 'US',
      locale: 'en',
      referral_link: 'https://www.dropbox.com/referrals/demo',
      is_paired: false,
      account_type: { '.tag': 'basic' },
      root_info: { '.tag': 'user', root_namespace_id: account.uid, home_namespace_id: account.uid },
    };
  },
);

const spaceUsage = routeWithoutArgument(
  { name: 'users/get_space_usage', ...scope },
  ({ world, caller }): users.SpaceUsage => ({
    used: usedBytes(world, caller.account),
    allocation: { '.tag': 'individual', allocated: caller.account.quota },
  }),
);

const revoke = routeWithoutArgument({ name: 'auth/token/revoke' }, ({ world, caller }): null => {
  revokeGrant(world, caller.token);
  return null;
});

const checkUser = route(
  { name: 'check/user', ...scope },
  struct({ query: otherwise(text({ max: 500 }), '') }),
  (_call, { query }): check.EchoResult => ({ result: query }),
);

export const accountRoutes: readonly Route[] = [currentAccount, spaceUsage, revoke, checkUser];
