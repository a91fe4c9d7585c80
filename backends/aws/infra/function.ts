/** The function behind both gateways, with what it may do and nothing else. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../protocol.ts';
import { acknowledgeStar } from './findings.ts';

export interface FunctionParts {
  /** The folder of the built bundle, with `index.mjs` in it. */
  readonly code: string;
  readonly table: ITable;
  readonly bodies: IBucket;
  readonly environment: FunctionEnvironment;
  readonly reservedConcurrency?: number;
}

/** How long its logs are kept, and those of the gateway. */
export const LOG_RETENTION = RetentionDays.ONE_MONTH;

export function createFunction(scope: Construct, parts: FunctionParts): { handler: LambdaFn; role: Role } {
  const { table, bodies } = parts;
  const logGroup = new LogGroup(scope, 'FunctionLog', {
    retention: LOG_RETENTION,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // A role of its own: the usual one may write any log of the account.
  const role = new Role(scope, 'FunctionRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  role.addToPolicy(
    new PolicyStatement({
      sid: 'Objects',
      // No scan: every question is asked of one person's partition.
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
      resources: [table.tableArn],
    }),
  );
  const everyBody = bodies.arnForObjects('bodies/*');
  role.addToPolicy(
    new PolicyStatement({
      sid: 'LookAtAndRemoveBodies',
      actions: ['s3:GetObject', 's3:DeleteObject'],
      resources: [everyBody],
    }),
  );
  role.addToPolicy(
    // For the sweep; and without it a body that isn't there would be answered by 403 instead of 404.
    new PolicyStatement({ sid: 'ListBodies', actions: ['s3:ListBucket'], resources: [bodies.bucketArn] }),
  );
  acknowledgeStar(
    role,
    everyBody,
    'All people’s bodies, in one bucket: the function serves everybody, and keeps people apart by their token’s subject.',
  );

  const handler = new LambdaFn(scope, 'Function', {
    description: 'The storage interface of Satchel: HTTPS, sockets and the daily sweep of unregistered bodies',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(parts.code),
    // Processor time comes with it, which a cold start needs more than memory.
    memorySize: 1024,
    // The gateway waits for 30 seconds; the sweep may take longer.
    timeout: Duration.seconds(60),
    role,
    logGroup,
    environment: { ...parts.environment },
    ...(parts.reservedConcurrency !== undefined && { reservedConcurrentExecutions: parts.reservedConcurrency }),
  });
  new Rule(scope, 'Sweep', {
    description: 'Once a day: remove bodies that nobody registered',
    schedule: Schedule.rate(Duration.days(1)),
    targets: [new LambdaFunction(handler, { retryAttempts: 2, maxEventAge: Duration.hours(1) })],
  });
  return { handler, role };
}
