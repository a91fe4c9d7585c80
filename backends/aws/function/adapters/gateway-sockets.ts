/** Open sockets at API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */

import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Sockets } from '../ports.ts';

export function gatewaySockets(client: Pick<ApiGatewayManagementApiClient, 'send'>): Sockets {
  return {
    send: async (connectionId, text) => {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text }));
        return 'sent';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        throw error;
      }
    },
  };
}
