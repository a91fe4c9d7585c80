/** What tests of the stand-ins begin with: the services without the function, and clients of Amazon's for them. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { AccessKey } from './credentials.ts';
import { IDS, type Services, startServices } from './services.ts';

/** @param now of accounts and credentials; ms since 1970 */
export function startTestServices(now: () => number = () => Date.now(), folder?: string): Promise<Services> {
  return startServices({
    port: 0,
    signUp: 'open',
    passwordAuth: true,
    lifetimes: {},
    now,
    say: () => {},
    report: (error) => {
      throw error;
    },
    ...(folder !== undefined && { folder }),
  });
}

export function s3For({ endpoints }: Services, key: AccessKey & { readonly sessionToken?: string }): S3Client {
  return new S3Client({ endpoint: endpoints.bodies, region: IDS.region, credentials: key, maxAttempts: 1 });
}

export function dynamoDbFor({ endpoints }: Services, key: AccessKey): DynamoDBClient {
  return new DynamoDBClient({ endpoint: endpoints.table, region: IDS.region, credentials: key, maxAttempts: 1 });
}
