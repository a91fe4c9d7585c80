/** Whose AWS account this is, found out before anything is built; what is missing is said in words. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** There is no use in going on; the message says what to do. */
export class AccountProblem extends Error {
  override readonly name = 'AccountProblem';
}

const NO_CREDENTIALS = `No credentials for an AWS account were found. Nothing was built or changed.

  1. Install the AWS command line: https://docs.aws.amazon.com/cli
  2. Sign in with it, by "aws configure sso" and "aws sso login", or by "aws configure" with an access key.
  3. If the profile has a name, put it before the command: AWS_PROFILE=<name> npm run deploy

docs/deploy-aws.md says which rights are needed. To try Satchel without an account, run npm start.`;

const NO_REGION = `No AWS region was chosen. Say where everything shall be, for example:

  npm run deploy -- --region=eu-central-1

or set AWS_REGION, or give the profile a region.`;

/** Errors of AWS by their names, which stay the same while texts change. */
const WORDS: Readonly<Record<string, string>> = {
  ExpiredToken: 'The credentials have run out. Sign in again (aws sso login), then repeat the command.',
  ExpiredTokenException: 'The credentials have run out. Sign in again (aws sso login), then repeat the command.',
  InvalidClientTokenId:
    'AWS does not know the access key that was found. Is it deleted, or of another kind of account?',
  SignatureDoesNotMatch: 'AWS refuses the access key that was found: the secret that goes with it is another one.',
  OptInRequired: 'This region is not turned on for the account. Choose another, or turn it on in the console.',
};

/** @throws {AccountProblem} */
export async function findPlace(wantedRegion: string | undefined): Promise<Place> {
  const client = new STSClient({ ...(wantedRegion !== undefined && { region: wantedRegion }) });
  try {
    await client.config.credentials();
  } catch (cause) {
    throw new AccountProblem(NO_CREDENTIALS, { cause });
  }
  let region: string;
  try {
    region = await client.config.region();
  } catch (cause) {
    throw new AccountProblem(NO_REGION, { cause });
  }
  try {
    const { Account: account } = await client.send(new GetCallerIdentityCommand({}));
    if (account === undefined) throw new AccountProblem('AWS did not say which account the credentials are of.');
    return { account, region };
  } catch (cause) {
    if (cause instanceof AccountProblem) throw cause;
    const name = cause instanceof Error ? cause.name : 'an unknown error';
    throw new AccountProblem(WORDS[name] ?? `AWS could not be asked whose credentials these are (${name}).`, { cause });
  }
}
