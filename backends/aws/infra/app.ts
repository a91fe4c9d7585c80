/** The two stacks of a cloud: what is kept whatever happens, and what serves it and can be made again. */
import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { createAlarms } from './alarms.ts';
import { createAppClient, createIdentities, createUserPool } from './accounts.ts';
import { createBodies } from './bodies.ts';
import { checkFindings } from './findings.ts';
import { createFunction } from './function.ts';
import { createHttpApi } from './http-api.ts';
import { type GivenOptions, type Options, readOptions } from './options.ts';
import { createSite } from './site.ts';
import { createSockets } from './sockets.ts';
import { type KeptOutputs, type Outputs, stackNames } from './stack-names.ts';
import { createTable } from './table.ts';

export interface CloudAppOptions {
  /** The cloud's name, with which its stacks begin: several may live in one account. */
  readonly name: string;
  readonly given: GivenOptions;
  /** The folder of the function's bundle; without it the kept stack alone is written. */
  readonly code?: string;
  /** Absent: where the CLI is signed in. */
  readonly place?: { readonly account: string; readonly region: string };
  /** Where the templates go; a folder of the system's unless given. */
  readonly outdir?: string;
  /** False only while everything is on its way to be deleted. */
  readonly keep?: boolean;
}

/** @throws {OptionError} */
export function createApp({ name, given, code, place, outdir, keep = true }: CloudAppOptions): App {
  const options = readOptions(given);
  const app = new App({
    ...(outdir !== undefined && { outdir }),
    analyticsReporting: false,
    // What CloudFormation's own schemas forbid fails the synthesis, and not the deployment halfway.
    context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
  });
  checkFindings(app);
  const names = stackNames(name);
  const env = place ? { env: place } : {};
  const keptStack = new Stack(app, names.kept, {
    ...env,
    description: 'Satchel: what people stored, and their accounts. Destroying the service leaves it.',
    terminationProtection: keep,
  });
  const kept = fillKept(keptStack, { options, given, keep });
  if (code !== undefined) {
    const service = new Stack(app, names.service, {
      ...env,
      description: 'Satchel: the site, the function and its gateways. It can be made again at any time.',
    });
    // By name alone the CDK would not see which has to be there first.
    service.addStackDependency(keptStack);
    fillService(service, kept, { options, code });
  }
  Tags.of(app).add('satchel', name);
  return app;
}

/** By names that the kept stack exports for good, so that neither stack's next version is held up by the other's. */
interface Kept {
  readonly tableName: string;
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly identityPoolId: string;
}

interface KeptParts {
  readonly options: Options;
  readonly given: GivenOptions;
  readonly keep: boolean;
}

function fillKept(stack: Stack, { options, given, keep }: KeptParts): Kept {
  const table = createTable(stack, keep);
  const bodies = createBodies(stack, keep);
  const pool = createUserPool(stack, options, keep);
  const client = createAppClient(pool);
  const identityPoolId = createIdentities(stack, pool, client, bodies);
  const outputs: KeptOutputs = {
    TableName: table.tableName,
    BodiesBucket: bodies.bucketName,
    GivenOptions: JSON.stringify(given),
  };
  writeOutputs(stack, outputs);
  return {
    tableName: stack.exportValue(table.tableName),
    bucketName: stack.exportValue(bodies.bucketName),
    bucketArn: stack.exportValue(bodies.bucketArn),
    userPoolId: stack.exportValue(pool.userPoolId),
    clientId: stack.exportValue(client.userPoolClientId),
    identityPoolId: stack.exportValue(identityPoolId),
  };
}

interface ServiceParts {
  readonly options: Options;
  readonly code: string;
}

function fillService(stack: Stack, kept: Kept, { options, code }: ServiceParts): void {
  const { userPoolId, clientId, identityPoolId, bucketName, bucketArn } = kept;
  const table = TableV2.fromTableName(stack, 'Objects', options.tableName ?? kept.tableName);
  const bodies = Bucket.fromBucketAttributes(stack, 'Bodies', { bucketName, bucketArn });
  const sockets = createSockets(stack, options.requestsPerSecond);
  const { handler, role } = createFunction(stack, {
    code,
    table,
    bodies,
    environment: {
      TABLE: table.tableName,
      BUCKET: bodies.bucketName,
      USER_POOL_ID: userPoolId,
      CLIENT_ID: clientId,
      IDENTITY_POOL_ID: identityPoolId,
      SIGN_UP: options.signUp,
      LIMITS: JSON.stringify(options.limits),
      SOCKET_URL: sockets.url,
      SOCKET_API: sockets.management,
      // A restored table has forgotten what came after the backup: every device has to list it from the start.
      ...(options.tableName && { CURSOR_EPOCH: options.tableName }),
    },
    ...(options.reservedConcurrency !== undefined && { reservedConcurrency: options.reservedConcurrency }),
  });
  sockets.connect(handler, role);
  const { api, address } = createHttpApi(stack, {
    handler,
    userPoolId,
    clientId,
    requestsPerSecond: options.requestsPerSecond,
  });
  const site = createSite(stack, options, address);
  createAlarms(stack, { api, handler, table }, options);
  const outputs: Outputs = {
    SiteUrl: site.url,
    SiteBucket: site.bucket.bucketName,
    SiteDomain: site.distribution.distributionDomainName,
    CloudAddress: address,
    ClientId: clientId,
    UserPoolId: userPoolId,
  };
  writeOutputs(stack, outputs);
}

function writeOutputs(stack: Stack, outputs: Outputs | KeptOutputs): void {
  for (const [key, value] of Object.entries(outputs)) new CfnOutput(stack, key, { value: String(value) });
}
