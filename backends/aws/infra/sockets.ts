/** The gateway of sockets, through which an open device hears that something changed. */
import { Stack } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeStar } from './findings.ts';

const STAGE = 'live';

/** The routes, and why none of them asks for a token. */
const WITHOUT_TOKEN = {
  $connect:
    'A browser can’t send a token when it opens a socket. The function takes a ticket instead, which works once within ' +
    'a minute and was given to somebody with a token; without one it refuses the connection.',
  $disconnect: 'Only a connection that was let in by $connect can end.',
  $default: 'Only a connection that was let in by $connect can speak, and what it says is ignored.',
} as const;

export interface Sockets {
  readonly api: WebSocketApi;
  /** `wss://<id>.execute-api.<region>.amazonaws.com/live` */
  readonly url: string;
  /** Where the function sends to a connection. */
  readonly management: string;
  /** Lets the sockets reach the function, and the function them. */
  connect(handler: LambdaFn, role: Role): void;
}

/** Its addresses go into the function's environment, so it is made first and connected afterwards. */
export function createSockets(scope: Construct, messagesPerSecond: number): Sockets {
  const { region, stackName } = Stack.of(scope);
  const api = new WebSocketApi(scope, 'Sockets', { apiName: `${stackName}-sockets` });
  const stage = new WebSocketStage(scope, 'SocketStage', {
    webSocketApi: api,
    stageName: STAGE,
    autoDeploy: true,
    throttle: { rateLimit: messagesPerSecond, burstLimit: 2 * messagesPerSecond },
  });
  acknowledge(
    stage,
    'APIG1',
    'A socket gateway logs only with a role set for the whole account, which a stack must not change; and its log ' +
      'would hold the one-time tickets. The function logs connections without content.',
  );
  const host = `${api.apiId}.execute-api.${region}.amazonaws.com/${STAGE}`;
  return {
    api,
    url: `wss://${host}`,
    management: `https://${host}`,
    connect: (handler, role) => {
      for (const [key, reason] of Object.entries(WITHOUT_TOKEN)) {
        const route = api.addRoute(key, { integration: new WebSocketLambdaIntegration(`To${key.slice(1)}`, handler) });
        acknowledge(route, 'APIG4', reason);
      }
      const connections = Stack.of(scope).formatArn({
        service: 'execute-api',
        resource: api.apiId,
        resourceName: `${STAGE}/POST/@connections/*`,
      });
      role.addToPolicy(
        new PolicyStatement({
          sid: 'TellDevices',
          actions: ['execute-api:ManageConnections'],
          resources: [connections],
        }),
      );
      acknowledgeStar(role, connections, 'Every connection of this one gateway: their names are made when they open.');
    },
  };
}
