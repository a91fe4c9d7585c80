import {
  BatchWriteItemCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IDS, type Services } from './services.ts';
import { createTable } from './table.ts';
import { dynamoDbFor, startTestServices } from './test-services.ts';

let services: Services;

beforeAll(async () => {
  services = await startTestServices();
  await createTable(services.endpoints.table, services.credentials.ownerKey);
});
afterAll(() => services.close());

const key = (sk: string) => ({ pk: { S: 'person#log' }, sk: { S: sk } });

it('keeps items, one put at a time where that is asked for, and queries them in order', async () => {
  const client = dynamoDbFor(services, services.credentials.functionKey);
  const put = () =>
    client.send(
      new PutItemCommand({
        TableName: IDS.table,
        Item: { ...key('log#1'), bytes: { B: Uint8Array.of(0, 255) } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  const puts = await Promise.allSettled([put(), put(), put()]);
  expect(puts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  const { Item } = await client.send(new GetItemCommand({ TableName: IDS.table, Key: key('log#1') }));
  expect(Item?.['bytes']?.B).toEqual(Uint8Array.of(0, 255));
  const more = ['log#3', 'log#2'].map((sk) => ({ PutRequest: { Item: key(sk) } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [IDS.table]: more } }));
  const { Items } = await client.send(
    new QueryCommand({
      TableName: IDS.table,
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': { S: 'person#log' }, ':after': { S: 'log#1' } },
    }),
  );
  expect(Items?.map((item) => item['sk']?.S)).toEqual(['log#2', 'log#3']);
});

it('stays as it is when it is made again', async () => {
  await createTable(services.endpoints.table, services.credentials.ownerKey);
  const client = dynamoDbFor(services, services.credentials.functionKey);
  const { Item } = await client.send(new GetItemCommand({ TableName: IDS.table, Key: key('log#1') }));
  expect(Item).toBeDefined();
});

it('answers nobody without a key of this install: no wrong secret, no person, no page in a browser', async () => {
  const list = (accessKeyId: string, secretAccessKey: string) =>
    dynamoDbFor(services, { accessKeyId, secretAccessKey }).send(new ListTablesCommand({}));
  const { accessKeyId, secretAccessKey } = services.credentials.functionKey;
  await expect(list(accessKeyId, 'x'.repeat(40))).rejects.toThrow('signature');
  await expect(list('AKIAAAAAAAAAAAAAAAAA', secretAccessKey)).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  const person = services.credentials.temporary('0b6c5d9e-1111-4aaa-8bbb-000000000001', 60_000);
  const client = dynamoDbFor(services, person);
  await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  const response = await fetch(services.endpoints.table, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': 'application/x-amz-json-1.0' },
    body: '{}',
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
});
