/** The gateway of requests: one path to the function, behind a check of the token. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { BODY_HEADER, DEVICE_HEADER, SHA256_HEADER } from '../protocol.ts';
import { acknowledge } from './findings.ts';
import { LOG_RETENTION } from './function.ts';

export interface HttpApiParts {
  readonly handler: IFunction;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly requestsPerSecond: number;
}

/** Requests for the public configuration alone, so that a flood of them leaves room for people who signed in. */
const CONFIG_PER_SECOND = 20;

export interface CreatedHttpApi {
  readonly api: HttpApi;
  /** `https://<id>.execute-api.<region>.amazonaws.com`, without a slash at the end. */
  readonly address: string;
}

export function createHttpApi(scope: Construct, parts: HttpApiParts): CreatedHttpApi {
  const { region } = Stack.of(scope);
  const api = new HttpApi(scope, 'Api', {
    apiName: `${Stack.of(scope).stackName}-http`,
    createDefaultStage: false,
    // Any site may be the app, with a token in a header; cookies are never used, and not allowed here.
    corsPreflight: {
      allowOrigins: ['*'],
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.PUT, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
      allowHeaders: ['authorization', 'content-type', 'range', SHA256_HEADER, DEVICE_HEADER],
      exposeHeaders: ['content-range', 'retry-after', BODY_HEADER, SHA256_HEADER],
      maxAge: Duration.hours(2),
    },
  });
  const integration = new HttpLambdaIntegration('ToFunction', parts.handler);
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${parts.userPoolId}`;
  api.addRoutes({
    path: '/v1/{proxy+}',
    methods: [HttpMethod.GET, HttpMethod.PUT, HttpMethod.POST, HttpMethod.DELETE],
    integration,
    authorizer: new HttpJwtAuthorizer('Token', issuer, { jwtAudience: [parts.clientId] }),
  });
  const publicRoutes = api.addRoutes({
    path: '/v1/config',
    methods: [HttpMethod.GET],
    integration,
    authorizer: new HttpNoneAuthorizer(),
  });
  for (const route of publicRoutes) {
    acknowledge(route, 'APIG4', 'What a client needs before anybody can sign in; nothing in it is secret.');
  }

  const log = new LogGroup(scope, 'ApiLog', { retention: LOG_RETENTION, removalPolicy: RemovalPolicy.DESTROY });
  const stage = new HttpStage(scope, 'ApiStage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: parts.requestsPerSecond, burstLimit: 2 * parts.requestsPerSecond },
    accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG },
  });
  const config = { ThrottlingRateLimit: CONFIG_PER_SECOND, ThrottlingBurstLimit: 2 * CONFIG_PER_SECOND };
  // The stage names the route, so the route has to be there first.
  stage.node.addDependency(...publicRoutes);
  (stage.node.defaultChild as CfnStage).addPropertyOverride('RouteSettings', { 'GET /v1/config': config });
  return { api, address: `https://${api.apiId}.execute-api.${region}.amazonaws.com` };
}

/** How it went, not who asked for what: no address, no path, no token. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    route: '$context.routeKey',
    status: '$context.status',
    bytes: '$context.responseLength',
    ms: '$context.responseLatency',
    functionMs: '$context.integrationLatency',
    gatewayError: '$context.error.responseType',
    authorizerError: '$context.authorizer.error',
  }),
);
