/** The function's table, as a deployment makes it. */
import { AwsClient } from 'aws4fetch';
import type { AccessKey } from './credentials.ts';
import { IDS, REGION } from './services.ts';

/** Called with every start; the table stays as it is when it is there. */
export async function createTable(endpoint: string, key: AccessKey): Promise<void> {
  const client = new AwsClient({ ...key, service: 'dynamodb', region: REGION, retries: 0 });
  const response = await client.fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.CreateTable' },
    body: JSON.stringify({
      TableName: IDS.table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  });
  const answer = await response.text();
  if (!response.ok && !answer.includes('ResourceInUseException'))
    throw new Error(`The local cloud's table can't be made: ${answer}`);
}
