/**
 * The function on Lambda: HTTP API events (payload 2.0), the WebSocket API's routes, and a schedule's event,
 * which sweeps.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { dynamoTable } from '../adapters/dynamodb.ts';
import { gatewaySockets } from '../adapters/gateway-sockets.ts';
import { s3Bodies } from '../adapters/s3.ts';
import { readEnvironment } from '../environment.ts';
import { type Cloud, createApp } from '../http.ts';
import { unforeseenLine } from '../observe.ts';
import { closeSocket, openSocket, TICKET_PARAMETER } from '../sockets.ts';
import { sweep } from '../sweep.ts';
import { verifier } from '../tokens.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
interface SocketEvent {
  readonly requestContext: {
    readonly eventType: 'CONNECT' | 'DISCONNECT' | 'MESSAGE';
    readonly connectionId: string;
  };
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

/** An EventBridge rule's own event, or a schedule's with this as its input. */
type SweepEvent = { readonly source: 'aws.events' } | { readonly task: 'sweep' };

type Event = LambdaEvent | SocketEvent | SweepEvent;

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Left over from a sweep's time, to write down where it got to. */
const SWEEP_MARGIN = 5_000;

const cloud = open();
const answerHttp = handle(createApp(cloud));

export async function handler(event: Event, context: LambdaContext): Promise<unknown> {
  if ('task' in event || 'source' in event) return sweepNow(context);
  if (isSocketEvent(event)) return answerSocket(event);
  // Hono's own type of the context has more than it reads.
  return answerHttp(event, context as Parameters<typeof answerHttp>[1]);
}

function isSocketEvent(event: LambdaEvent | SocketEvent): event is SocketEvent {
  return 'eventType' in event.requestContext;
}

async function answerSocket({ requestContext, queryStringParameters }: SocketEvent): Promise<{ statusCode: number }> {
  const { eventType, connectionId } = requestContext;
  const deps = { ...cloud, table: cloud.openTable(() => {}) };
  try {
    if (eventType === 'CONNECT') {
      const good = await openSocket(deps, queryStringParameters?.[TICKET_PARAMETER] ?? '', connectionId);
      cloud.log({ event: 'socket', did: good ? 'open' : 'refuse' });
      return { statusCode: good ? 200 : 401 };
    }
    if (eventType === 'DISCONNECT') {
      await closeSocket(deps, connectionId);
      cloud.log({ event: 'socket', did: 'close' });
    }
    return { statusCode: 200 };
  } catch (error) {
    cloud.log(unforeseenLine(error));
    return { statusCode: 500 };
  }
}

async function sweepNow(context: LambdaContext) {
  const until = cloud.now() + context.getRemainingTimeInMillis() - SWEEP_MARGIN;
  const swept = await sweep({ ...cloud, table: cloud.openTable(() => {}) }, until);
  cloud.log({ event: 'sweep', ...swept });
  return swept;
}

function open(): Cloud {
  const { table, config, epoch, allowedOrigins, jwks, sockets } = readEnvironment(process.env);
  // A call that takes so long is tried again while the gateway still waits.
  const patience = { maxAttempts: 3, requestHandler: { connectionTimeout: 2_000, requestTimeout: 6_000 } };
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(patience));
  return {
    config,
    epoch,
    allowedOrigins,
    verify: verifier({ userPoolId: config.userPoolId, clientId: config.clientId, ...(jwks ? { jwks } : {}) }),
    openTable: (spend) => dynamoTable(dynamo, table, spend),
    bodies: s3Bodies(new S3Client(patience), config.bucket),
    sockets: sockets && {
      address: sockets.address,
      sockets: gatewaySockets(new ApiGatewayManagementApiClient({ ...patience, endpoint: sockets.api })),
    },
    now: Date.now,
    sleep: (ms) => sleep(ms),
    random: Math.random,
    freshId: () => randomBytes(18).toString('base64url'),
    // Lambda keeps what is written here, a line at a time.
    log: (line) => void process.stdout.write(`${JSON.stringify(line)}\n`),
  };
}
