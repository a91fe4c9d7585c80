/** What the function relies on of DynamoDB, in a table that is made for these checks and removed after them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type ContractCheck, refuses } from './check.ts';

export interface TableSubject {
  readonly client: DynamoDBDocumentClient;
  readonly TableName: string;
}

/** Makes a table with a name of its own. */
export async function makeTable(client: DynamoDBClient): Promise<TableSubject> {
  const TableName = `satchel-contract-${randomBytes(6).toString('hex')}`;
  await client.send(
    new CreateTableCommand({
      TableName,
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
  );
  await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1 }, { TableName });
  return { client: DynamoDBDocumentClient.from(client), TableName };
}

export async function removeTable({ client, TableName }: TableSubject): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName }));
}

type Item = Readonly<Record<string, unknown>>;

const put = ({ client, TableName }: TableSubject, Item: Item, onlyNew = false) =>
  client.send(
    new PutCommand({
      TableName,
      Item: { ...Item },
      ...(onlyNew && { ConditionExpression: 'attribute_not_exists(pk)' }),
    }),
  );

const get = async ({ client, TableName }: TableSubject, pk: string, sk: string): Promise<Item | undefined> =>
  (await client.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;

const query = ({ client, TableName }: TableSubject, pk: string, more: Partial<QueryCommand['input']> = {}) =>
  client.send(
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ...more,
    }),
  );

/** The next number of a partition's log, as the function takes it: the newest plus one, unless another was quicker. */
async function append(subject: TableSubject, pk: string, name: string): Promise<number> {
  for (;;) {
    const { Items = [] } = await query(subject, pk, { ScanIndexForward: false, Limit: 1 });
    const next = Number(String(Items[0]?.['sk'] ?? 'log#0').slice(4)) + 1;
    try {
      await put(subject, { pk, sk: `log#${String(next).padStart(12, '0')}`, name }, true);
      return next;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    }
  }
}

export const tableContract: readonly ContractCheck<TableSubject>[] = [
  {
    title: 'of several conditional puts of one item, one is done and the others are refused',
    async run(subject) {
      const puts = ['a', 'b', 'c', 'd'].map((by) => put(subject, { pk: 'once', sk: 'item', by }, true));
      const outcomes = await Promise.allSettled(puts);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      await refuses('ConditionalCheckFailedException', put(subject, { pk: 'once', sk: 'item' }, true));
    },
  },
  {
    title: 'numbers given by the newest plus one and a conditional put have no gaps and no doubles',
    async run(subject) {
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        const taken = [];
        for (let count = 0; count < 5; count += 1) taken.push(await append(subject, 'sequence', `${writer}-${count}`));
        return taken;
      });
      const numbers = (await Promise.all(writers)).flat().sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    },
  },
  {
    title: 'a query gives a partition in order, forwards, backwards, after a key and page by page',
    async run(subject) {
      for (const sk of ['c', 'a', 'e', 'b', 'd']) await put(subject, { pk: 'order', sk });
      const keys = async (more: Partial<QueryCommand['input']>) =>
        (await query(subject, 'order', more)).Items?.map((item) => item['sk'] as string).join('');
      assert.equal(await keys({}), 'abcde');
      assert.equal(await keys({ ScanIndexForward: false, Limit: 2 }), 'ed');
      const after = { KeyConditionExpression: 'pk = :pk AND sk > :after' };
      assert.equal(await keys({ ...after, ExpressionAttributeValues: { ':pk': 'order', ':after': 'c' } }), 'de');
      const first = await query(subject, 'order', { Limit: 3 });
      assert.deepEqual(first.LastEvaluatedKey, { pk: 'order', sk: 'c' });
      assert.equal(await keys({ ExclusiveStartKey: first.LastEvaluatedKey }), 'de');
    },
  },
  {
    title: 'a page of a query ends at a megabyte',
    async run(subject) {
      const bytes = randomBytes(350_000);
      for (const sk of ['a', 'b', 'c', 'd']) await put(subject, { pk: 'large', sk, bytes });
      const page = await query(subject, 'large');
      assert.equal(page.Items?.length, 3);
      assert.deepEqual(page.LastEvaluatedKey, { pk: 'large', sk: 'c' });
    },
  },
  {
    title: 'an item holds 390,000 bytes as they are, and not 410,000',
    async run(subject) {
      const bytes = randomBytes(390_000);
      await put(subject, { pk: 'size', sk: 'fits', bytes, empty: '' });
      const found = await get(subject, 'size', 'fits');
      assert.ok(Buffer.from(found?.['bytes'] as Uint8Array).equals(bytes));
      assert.equal(found?.['empty'], '');
      const large = put(subject, { pk: 'size', sk: 'large', bytes: randomBytes(410_000) });
      await refuses('ValidationException', large);
    },
  },
  {
    title: 'an update adds to a number that wasn’t there, and only under its condition',
    async run({ client, TableName }) {
      const add = (by: number, ConditionExpression?: string) =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { pk: 'count', sk: 'usage' },
            UpdateExpression: 'ADD #n :by',
            ...(ConditionExpression && { ConditionExpression }),
            ExpressionAttributeNames: { '#n': 'bytes' },
            ExpressionAttributeValues: { ':by': by },
            ReturnValues: 'ALL_NEW',
          }),
        );
      await Promise.all([add(1), add(10), add(100)]);
      assert.equal((await add(1000)).Attributes?.['bytes'], 1111);
      await refuses('ConditionalCheckFailedException', add(1, 'attribute_exists(elsewhere)'));
    },
  },
  {
    title: 'of several who remove an item, one gets it',
    async run(subject) {
      await put(subject, { pk: 'ticket', sk: 'ticket', sub: 'person' });
      const remove = async () => {
        const { client, TableName } = subject;
        const Key = { pk: 'ticket', sk: 'ticket' };
        return (await client.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }))).Attributes;
      };
      const got = (await Promise.all([remove(), remove(), remove()])).filter((item) => item !== undefined);
      assert.deepEqual(got, [{ pk: 'ticket', sk: 'ticket', sub: 'person' }]);
      assert.equal(await get(subject, 'ticket', 'ticket'), undefined);
    },
  },
  {
    title: 'twenty-five items are written at once, and not twenty-six',
    async run({ client, TableName }) {
      const write = async (count: number) => {
        const items = Array.from({ length: count }, (_, index) => ({ pk: 'batch', sk: String(index) }));
        const requests = items.map((Item) => ({ PutRequest: { Item } }));
        return client.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
      };
      assert.deepEqual((await write(25)).UnprocessedItems ?? {}, {});
      await refuses('ValidationException', write(26));
    },
  },
];
