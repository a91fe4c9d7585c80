import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { bodyKey } from '../protocol.ts';
import { flat, only, type Statement, write } from './written.test-support.ts';

const { kept } = write();

const KEPT_TYPES = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool'];

describe('what people stored', () => {
  it.each(KEPT_TYPES)('outlives its stack: %s', (type) => {
    kept.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('refuses to be deleted', () => {
    kept.hasResourceProperties('AWS::DynamoDB::GlobalTable', { Replicas: [{ DeletionProtectionEnabled: true }] });
    kept.hasResourceProperties('AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' });
  });

  it('can be deleted only by a stack that was written for that', () => {
    const leaving = write({}, false).kept;
    for (const type of KEPT_TYPES) leaving.allResources(type, { DeletionPolicy: 'Delete' });
    leaving.hasResourceProperties('AWS::DynamoDB::GlobalTable', { Replicas: [{ DeletionProtectionEnabled: false }] });
    leaving.hasResourceProperties('AWS::Cognito::UserPool', { DeletionProtection: 'INACTIVE' });
  });

  it('is remembered with the options it was deployed with', () => {
    write({ 'sign-up': 'invitation' }).kept.hasOutput('GivenOptions', { Value: '{"sign-up":"invitation"}' });
  });
});

describe('the table', () => {
  it('is paid by the request, so that it costs nothing when idle', () => {
    kept.hasResourceProperties('AWS::DynamoDB::GlobalTable', { BillingMode: 'PAY_PER_REQUEST' });
  });

  it('can be restored to any second of the last 35 days', () => {
    kept.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        }),
      ],
    });
  });

  it('is encrypted', () => {
    kept.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  it('has the keys and the time to live that the function speaks of', () => {
    kept.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });
});

describe('the bucket of bodies', () => {
  it('is closed to the public, whatever any policy says', () => {
    kept.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  it('is encrypted, and speaks TLS alone', () => {
    kept.hasResourceProperties('AWS::S3::Bucket', { BucketEncryption: Match.anyValue() });
    kept.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('has no rule that touches a body which is there', () => {
    const { Rules: rules } = only(kept, 'AWS::S3::Bucket')['LifecycleConfiguration'] as {
      Rules: Record<string, unknown>[];
    };
    const harmless = ['Id', 'Status', 'NoncurrentVersionExpiration', 'ExpiredObjectDeleteMarker'];
    const used = new Set(rules.flatMap((rule) => Object.keys(rule)));
    expect([...used].toSorted()).toEqual([...harmless, 'AbortIncompleteMultipartUpload'].toSorted());
  });

  it('keeps deleted bodies as long as the table can be restored', () => {
    kept.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 35 } })]),
      },
    });
  });

  it('can be used by the app from any site, for reading and putting alone', () => {
    kept.hasResourceProperties('AWS::S3::Bucket', {
      CorsConfiguration: {
        CorsRules: [
          Match.objectLike({
            AllowedOrigins: ['*'],
            AllowedMethods: ['GET', 'HEAD', 'PUT'],
            ExposedHeaders: Match.arrayWith(['ETag', 'x-amz-checksum-sha256']),
          }),
        ],
      },
    });
  });
});

describe('people’s accounts', () => {
  it('ask for a password of twelve characters', () => {
    kept.hasResourceProperties('AWS::Cognito::UserPool', { Policies: { PasswordPolicy: { MinimumLength: 12 } } });
  });

  it('may have an authenticator app as a second factor, and never a text message', () => {
    kept.hasResourceProperties('AWS::Cognito::UserPool', {
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      SmsConfiguration: Match.absent(),
    });
  });

  it('are found again by a proved e-mail address, which is what they are named by', () => {
    kept.hasResourceProperties('AWS::Cognito::UserPool', {
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
  });

  it.each([
    ['open', false],
    ['invitation', true],
  ] as const)('with sign-up "%s" can be made by an administrator alone: %s', (signUp, only) => {
    const stacks = write({ 'sign-up': signUp });
    stacks.kept.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: only },
    });
    stacks.service.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SIGN_UP: signUp }) },
    });
  });

  it('get their mail from Cognito, or through SES from one’s own address', () => {
    kept.hasResourceProperties('AWS::Cognito::UserPool', {
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    });
    write({ 'mail-from': 'notes@example.org' }).kept.hasResourceProperties('AWS::Cognito::UserPool', {
      EmailConfiguration: Match.objectLike({
        EmailSendingAccount: 'DEVELOPER',
        From: 'Satchel <notes@example.org>',
      }),
    });
  });

  it('are signed in to by SRP, so that no password is sent; and refusals don’t tell who has one', () => {
    kept.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      AllowedOAuthFlowsUserPoolClient: false,
    });
  });
});

describe('temporary credentials', () => {
  const role = only(kept, 'AWS::IAM::Role');

  it('are for signed-in people of this user pool alone', () => {
    const identities = only(kept, 'AWS::Cognito::IdentityPool');
    expect(identities).toMatchObject({ AllowUnauthenticatedIdentities: false, AllowClassicFlow: false });
    expect(identities['CognitoIdentityProviders']).toMatchObject([{ ServerSideTokenCheck: true }]);
    expect(role['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Condition: {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': { Ref: 'Identities' } },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
          },
        },
      ],
    });
    const roles = only(kept, 'AWS::Cognito::IdentityPoolRoleAttachment')['Roles'] as Record<string, unknown>;
    expect(Object.keys(roles)).toEqual(['authenticated']);
  });

  it('carry the subject of the token as a tag, and nothing that a person could choose', () => {
    expect(only(kept, 'AWS::Cognito::IdentityPoolPrincipalTag')).toMatchObject({
      PrincipalTags: { sub: 'sub' },
      UseDefaults: false,
    });
  });

  it('reach the person’s own prefix, to get and to put what isn’t there yet, and nothing else', () => {
    const policies = role['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const [bucket = ''] = Object.keys(kept.findResources('AWS::S3::Bucket'));
    const own = `<${bucket}.Arn>/${bodyKey('${aws:PrincipalTag/sub}', '*')}`;
    const tagged = { StringLike: { 'aws:PrincipalTag/sub': '?*' } };
    expect(statements.map((statement) => ({ ...statement, Resource: flat(statement.Resource) }))).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: own, Condition: tagged },
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: own,
        Condition: { ...tagged, Null: { 's3:if-none-match': 'false' } },
      },
    ]);
    expect(role['ManagedPolicyArns']).toBeUndefined();
  });
});
