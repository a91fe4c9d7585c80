/** People's accounts: the user pool, and the identity pool that lends them credentials for their own bodies. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnIdentityPool,
  CfnIdentityPoolPrincipalTag,
  CfnIdentityPoolRoleAttachment,
  FeaturePlan,
  Mfa,
  UserPool,
  type UserPoolClient,
  UserPoolEmail,
  VerificationEmailStyle,
  ClientAttributes,
} from 'aws-cdk-lib/aws-cognito';
import { PolicyDocument, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeStar } from './findings.ts';
import type { Options } from './options.ts';

/** @param keep whether it outlives its stack, and refuses to be deleted */
export function createUserPool(scope: Construct, options: Options, keep: boolean): UserPool {
  const pool = new UserPool(scope, 'People', {
    selfSignUpEnabled: options.signUp === 'open',
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    // The old address stays good until the new one is proved.
    keepOriginal: { email: true },
    standardAttributes: { email: { required: true, mutable: true } },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: false,
      requireUppercase: false,
      requireDigits: false,
      requireSymbols: false,
      tempPasswordValidity: Duration.days(7),
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    email: options.mailFrom
      ? UserPoolEmail.withSES({ fromEmail: options.mailFrom, fromName: 'Satchel', sesRegion: Stack.of(scope).region })
      : UserPoolEmail.withCognito(),
    userVerification: {
      emailStyle: VerificationEmailStyle.CODE,
      emailSubject: 'Your code for Satchel',
      emailBody: 'Your code for Satchel is {####}. If you did not ask for one, nothing has to be done.',
    },
    userInvitation: {
      emailSubject: 'You are invited to Satchel',
      emailBody:
        'Sign in to Satchel as {username} with this password, which works once and for seven days: {####} ' +
        'You will be asked to choose your own.',
    },
    featurePlan: options.userPoolPlan === 'lite' ? FeaturePlan.LITE : FeaturePlan.ESSENTIALS,
    deletionProtection: keep,
    removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  acknowledge(
    pool,
    'COG1',
    'Twelve characters of any kind, as NIST SP 800-63B advises: rules about kinds of characters make passwords ' +
      'that are harder to remember and no harder to guess. The notes are sealed under a passphrase of their own.',
  );
  acknowledge(
    pool,
    'COG2',
    'A second factor is each person’s choice. The password opens no note: it lets in to sealed objects only.',
  );
  acknowledge(
    pool,
    'COG8',
    'The Plus plan adds detection of risky sign-ins at 0.02 dollars per person and month, which a cloud that costs ' +
      'next to nothing when idle does not take by itself.',
  );
  return pool;
}

export function createAppClient(pool: UserPool): UserPoolClient {
  return pool.addClient('App', {
    // A browser can keep no secret.
    generateSecret: false,
    authFlows: { userSrp: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    idTokenValidity: Duration.hours(1),
    accessTokenValidity: Duration.hours(1),
    // A phone that lay in a drawer for the summer is still signed in. Signing out everywhere ends it at once.
    refreshTokenValidity: Duration.days(365),
    authSessionValidity: Duration.minutes(5),
    readAttributes: new ClientAttributes().withStandardAttributes({ email: true, emailVerified: true }),
    writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
  });
}

/** @returns the identity pool's id */
export function createIdentities(scope: Construct, pool: UserPool, client: UserPoolClient, bodies: IBucket): string {
  const identities = new CfnIdentityPool(scope, 'Identities', {
    allowUnauthenticatedIdentities: false,
    allowClassicFlow: false,
    cognitoIdentityProviders: [
      {
        clientId: client.userPoolClientId,
        providerName: pool.userPoolProviderName,
        // Nobody who was removed or signed out everywhere gets credentials for what is left of their token's hour.
        serverSideTokenCheck: true,
      },
    ],
  });
  // The token's subject becomes a tag of the session, which the role's policy speaks of.
  new CfnIdentityPoolPrincipalTag(scope, 'SubjectTag', {
    identityPoolId: identities.ref,
    identityProviderName: pool.userPoolProviderName,
    principalTags: { sub: 'sub' },
    useDefaults: false,
  });
  // The token's own subject is filled in by S3 when a request comes.
  const own = bodies.arnForObjects('bodies/${aws:PrincipalTag/sub}/*');
  const role = new Role(scope, 'SignedIn', {
    description: 'What a signed-in person may do by themselves: put and get bodies under their own prefix',
    assumedBy: new WebIdentityPrincipal('cognito-identity.amazonaws.com', {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': identities.ref },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
    }).withSessionTags(),
    inlinePolicies: { OwnBodies: putAndGet(own) },
  });
  acknowledgeStar(
    role,
    own,
    'The star stands for the names below one person’s own prefix, which is made from the subject of their token.',
  );
  new CfnIdentityPoolRoleAttachment(scope, 'Roles', {
    identityPoolId: identities.ref,
    roles: { authenticated: role.roleArn },
  });
  return identities.ref;
}

function putAndGet(own: string): PolicyDocument {
  // A session without the tag, or with an empty one, has no prefix of its own.
  const tagged = { StringLike: { 'aws:PrincipalTag/sub': '?*' } };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [own], conditions: tagged }),
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [own],
        // Only with `If-None-Match`: no body is ever written over, so each is put once and whole.
        conditions: { ...tagged, Null: { 's3:if-none-match': 'false' } },
      }),
    ],
  });
}
