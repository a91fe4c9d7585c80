import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type AppConfig, securityHeaders } from '../../../scripts/app-handler.ts';
import { BODY_HEADER, DEVICE_HEADER, type FunctionEnvironment, SHA256_HEADER } from '../protocol.ts';
import { deployedConfig } from './config.ts';
import { readOptions } from './options.ts';
import { CERTIFICATE, flat, only, type Properties, type Statement, write } from './written.test-support.ts';

const EMAIL = 'owner@example.org';
const { service } = write();
const full = write({
  'alarm-email': EMAIL,
  'budget-dollars': '25',
  'reserved-concurrency': '50',
  'domain-name': 'notes.example.org',
  'certificate-arn': CERTIFICATE,
  'table-name': 'restored-table',
  'requests-per-second': '7',
  'limit-bytes': '5',
  label: 'Notes of the club',
  providers: '{"dropbox":{"clientId":"abc","endpoints":{"api":"https://dropbox.example"}}}',
}).service;

/** The API's own address in the template, which Amazon makes up when the stack is made. */
const [api = ''] = Object.keys(
  service.findResources('AWS::ApiGatewayV2::Api', { Properties: { ProtocolType: 'HTTP' } }),
);
const ADDRESS = `https://<${api}>.execute-api.eu-central-1.amazonaws.com`;

function environment(template: typeof service): Readonly<Record<keyof FunctionEnvironment, unknown>> {
  const { Environment } = only(template, 'AWS::Lambda::Function') as {
    Environment: { Variables: Record<keyof FunctionEnvironment, unknown> };
  };
  return Environment.Variables;
}

describe('the function', () => {
  it('runs on the newest Node that Lambda has, on ARM', () => {
    service.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('may do what it does, to its own table, bucket, log and sockets, and nothing else', () => {
    const { PolicyDocument } = only(service, 'AWS::IAM::Policy') as { PolicyDocument: { Statement: Statement[] } };
    const rights = PolicyDocument.Statement.flatMap(({ Effect, Action, Resource }) => {
      expect(Effect).toBe('Allow');
      const resources = (Array.isArray(Resource) ? Resource : [Resource]).map(flat);
      return [Action].flat().flatMap((action) => resources.map((resource) => `${action} ${nameless(resource)}`));
    });
    expect(rights).toEqual([
      'logs:CreateLogStream <FunctionLog.Arn>',
      'logs:PutLogEvents <FunctionLog.Arn>',
      ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map(
        (action) => `dynamodb:${action} arn:<AWS::Partition>:dynamodb:eu-central-1:111122223333:table/<Ref Objects>`,
      ),
      's3:GetObject <FnGetAtt Bodies Arn>/bodies/*',
      's3:DeleteObject <FnGetAtt Bodies Arn>/bodies/*',
      's3:ListBucket <FnGetAtt Bodies Arn>',
      'execute-api:ManageConnections ' +
        'arn:<AWS::Partition>:execute-api:eu-central-1:111122223333:<Sockets>/live/POST/@connections/*',
    ]);
    expect(only(service, 'AWS::IAM::Role')['ManagedPolicyArns']).toBeUndefined();
  });

  it('can be called by its two gateways and the daily rule alone', () => {
    const permissions = Object.values(service.findResources('AWS::Lambda::Permission')) as { Properties: Properties }[];
    const callers = permissions.map(({ Properties: { Principal, SourceArn } }) => {
      expect(SourceArn).toBeDefined();
      return Principal;
    });
    expect(new Set(callers)).toEqual(new Set(['apigateway.amazonaws.com', 'events.amazonaws.com']));
    service.resourceCountIs('AWS::Lambda::Url', 0);
  });

  it('has no concurrency reserved unless that is asked for', () => {
    expect(only(service, 'AWS::Lambda::Function')).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(only(full, 'AWS::Lambda::Function')).toHaveProperty('ReservedConcurrentExecutions', 50);
  });

  it('is told where everything is, and of each person’s limits', () => {
    const given = environment(service);
    expect(Object.keys(given).toSorted()).toEqual(
      ['BUCKET', 'CLIENT_ID', 'IDENTITY_POOL_ID', 'LIMITS', 'SIGN_UP', 'SOCKET_API', 'SOCKET_URL', 'TABLE'].concat(
        'USER_POOL_ID',
      ),
    );
    expect(flat(given.SOCKET_URL)).toMatch(/^wss:\/\/<Sockets\w+>\.execute-api\.eu-central-1\.amazonaws\.com\/live$/);
    expect(flat(given.SOCKET_API)).toBe(flat(given.SOCKET_URL).replace('wss:', 'https:'));
    expect(JSON.parse(String(given.LIMITS))).toEqual({
      bytes: 1_073_741_824,
      objects: 200_000,
      requestsPerMinute: 1200,
    });
    expect(JSON.parse(String(environment(full).LIMITS))).toMatchObject({ bytes: 5 });
  });

  it('works on a restored table when it is told to, and has every device list anew', () => {
    expect(environment(full)).toMatchObject({ TABLE: 'restored-table', CURSOR_EPOCH: 'restored-table' });
    full.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'Objects',
            Resource: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':table/restored-table$')])] },
          }),
        ]),
      },
    });
  });

  it('sweeps once a day', () => {
    service.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Function'), 'Arn'] } })],
    });
  });
});

describe('the gateway of requests', () => {
  it('checks the token before the function does, on every route but the public configuration', () => {
    const routes = Object.values(service.findResources('AWS::ApiGatewayV2::Route')) as { Properties: Properties }[];
    const kinds = routes
      .filter(({ Properties: { ApiId } }) => (ApiId as { Ref: string }).Ref === api)
      .map(({ Properties: { RouteKey, AuthorizationType } }) => `${String(RouteKey)} ${String(AuthorizationType)}`);
    expect(kinds.toSorted()).toEqual([
      'DELETE /v1/{proxy+} JWT',
      'GET /v1/config NONE',
      'GET /v1/{proxy+} JWT',
      'POST /v1/{proxy+} JWT',
      'PUT /v1/{proxy+} JWT',
    ]);
    const authorizer = only(service, 'AWS::ApiGatewayV2::Authorizer');
    const { Audience, Issuer } = authorizer['JwtConfiguration'] as { Audience: unknown[]; Issuer: unknown };
    expect(Audience.map(flat).map(nameless)).toEqual(['<Ref PeopleApp>']);
    expect(nameless(flat(Issuer))).toBe('https://cognito-idp.eu-central-1.amazonaws.com/<Ref People>');
  });

  it('throttles, and the public route by itself', () => {
    const stage = (template: typeof service): Properties => {
      const found = template.findResources('AWS::ApiGatewayV2::Stage', { Properties: { StageName: '$default' } });
      return (Object.values(found)[0] as { Properties: Properties }).Properties;
    };
    expect(stage(service)).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
      RouteSettings: { 'GET /v1/config': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 } },
    });
    expect(stage(full)).toMatchObject({ DefaultRouteSettings: { ThrottlingRateLimit: 7 } });
  });

  it('logs how it went, without address, path, name or token', () => {
    const found = service.findResources('AWS::ApiGatewayV2::Stage', { Properties: { StageName: '$default' } });
    const [stage] = Object.values(found) as { Properties: { AccessLogSettings: { Format: string } } }[];
    const logged = Object.values(JSON.parse(stage?.Properties.AccessLogSettings.Format ?? '') as object) as string[];
    expect(logged).toHaveLength(9);
    expect(logged.filter((name) => /identity|path|claims|header|user|domain/i.test(name))).toEqual([]);
  });

  it('lets the app of any site in, without cookies', () => {
    service.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: {
        AllowOrigins: ['*'],
        AllowMethods: ['GET', 'PUT', 'POST', 'DELETE'],
        AllowHeaders: Match.arrayWith(['authorization', 'content-type', 'range', SHA256_HEADER, DEVICE_HEADER]),
        ExposeHeaders: Match.arrayWith(['content-range', 'retry-after', BODY_HEADER, SHA256_HEADER]),
        AllowCredentials: Match.absent(),
      },
    });
  });
});

describe('the gateway of sockets', () => {
  it('brings every kind of event to the function', () => {
    for (const RouteKey of ['$connect', '$disconnect', '$default']) {
      service.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey });
    }
  });

  it('throttles', () => {
    service.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'live',
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
    });
  });
});

describe('the site', () => {
  it('is read by CloudFront alone', () => {
    service.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
    const { PolicyDocument } = only(service, 'AWS::S3::BucketPolicy') as {
      PolicyDocument: { Statement: (Statement & { Principal: unknown })[] };
    };
    const allowed = PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toMatchObject([
      {
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: ['s3:GetObject', 's3:ListBucket'],
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      },
    ]);
    service.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
  });

  it('is served over TLS alone', () => {
    service.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' } },
    });
  });

  it.each([
    ['by itself', service, {}],
    [
      'beside another provider',
      full,
      { dropbox: { clientId: 'abc', endpoints: { api: 'https://dropbox.example' } } } satisfies AppConfig,
    ],
  ])(
    'sends the headers that the app is written for, with the policy of the deployed config.json, %s',
    (_, stack, more) => {
      const options = { ...readOptions({}), providers: more };
      const config = deployedConfig(options, {
        clientId: 'c',
        api: 'https://a1b2.execute-api.eu-central-1.amazonaws.com',
      });
      const expected = securityHeaders(config);
      const policy = only(stack, 'AWS::CloudFront::ResponseHeadersPolicy')['ResponseHeadersPolicyConfig'] as {
        CustomHeadersConfig: { Items: { Header: string; Value: string; Override: boolean }[] };
        SecurityHeadersConfig: Record<string, Record<string, unknown>>;
      };
      const { ContentSecurityPolicy, ContentTypeOptions, FrameOptions, ReferrerPolicy, StrictTransportSecurity } =
        policy.SecurityHeadersConfig;
      const sent = {
        'Content-Security-Policy': flat(ContentSecurityPolicy?.['ContentSecurityPolicy']).replace(/<Api\w+>/, 'a1b2'),
        'Referrer-Policy': ReferrerPolicy?.['ReferrerPolicy'],
        'X-Content-Type-Options': ContentTypeOptions?.['Override'] === true ? 'nosniff' : 'not sent',
        ...Object.fromEntries(policy.CustomHeadersConfig.Items.map(({ Header, Value }) => [Header, Value])),
      };
      expect(sent).toEqual(expected);
      expect(FrameOptions).toEqual({ FrameOption: 'DENY', Override: true });
      expect(StrictTransportSecurity).toMatchObject({ AccessControlMaxAgeSec: 31_536_000, Override: true });
    },
  );

  it('has a name of its own when it is given one', () => {
    full.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['notes.example.org'],
        ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
      },
    });
    full.hasOutput('SiteUrl', { Value: 'https://notes.example.org/' });
  });

  it('tells where it is, and the address of the cloud', () => {
    expect(flat((service.findOutputs('CloudAddress')['CloudAddress'] as { Value: unknown }).Value)).toBe(ADDRESS);
    service.hasOutput('SiteUrl', Match.anyValue());
  });
});

describe('what its owner is told of', () => {
  it('is failing requests, throttling and slowness', () => {
    service.resourceCountIs('AWS::CloudWatch::Alarm', 5);
    service.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' });
  });

  it('comes by mail, over TLS, when an address is given', () => {
    const topic = { Ref: Match.stringLikeRegexp('^Alarms') };
    full.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: EMAIL });
    full.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topic], OKActions: [topic] });
    full.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('is also the bill, before it is as high as was said', () => {
    full.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 25, Unit: 'USD' } },
      NotificationsWithSubscribers: Match.arrayWith([
        Match.objectLike({ Subscribers: [{ SubscriptionType: 'EMAIL', Address: EMAIL }] }),
      ]),
    });
    service.resourceCountIs('AWS::Budgets::Budget', 0);
  });

  it('is kept in logs for a month', () => {
    service.resourceCountIs('AWS::Logs::LogGroup', 2);
    service.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });
});

/** Without the hashes that the CDK puts behind names, and without the exporting stack's. */
function nameless(text: string): string {
  return text
    .replace(/Test-kept:ExportsOutput(Ref|FnGetAtt)/, '$1 ')
    .replace(/(Ref|FnGetAtt) (\w*?)[0-9A-F]{8}(Arn)?\w*>/, (_, how: string, name: string, attribute?: string) =>
      attribute ? `${how} ${name} ${attribute}>` : `${how} ${name}>`,
    )
    .replace(/<(FunctionLog|Sockets)[0-9A-F]{8}/, '<$1');
}
