/** The table in DynamoDB. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html */

import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Capacity } from '../observe.ts';
import type { Fields, Item, Key, ObjectTable } from '../ports.ts';

/** `spend` hears what each call cost. */
export function dynamoTable(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  table: string,
  spend: (units: Capacity) => void,
): ObjectTable {
  const on = { TableName: table, ReturnConsumedCapacity: 'TOTAL' } as const;
  const read = (capacity: ConsumedCapacity | undefined): void =>
    spend({ read: capacity?.CapacityUnits ?? 0, write: 0 });
  const wrote = (capacity: ConsumedCapacity | undefined): void =>
    spend({ read: 0, write: capacity?.CapacityUnits ?? 0 });
  /** A write that its condition forbade is billed as well, but DynamoDB doesn't say how much; these items have one unit. */
  const conditional = async <T extends { ConsumedCapacity?: ConsumedCapacity | undefined }>(
    call: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      const answer = await call();
      wrote(answer.ConsumedCapacity);
      return answer;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      spend({ read: 0, write: 1 });
      return undefined;
    }
  };

  return {
    get: async (key, { stale = false } = {}) => {
      const answer = await client.send(new GetCommand({ ...on, Key: keyOf(key), ConsistentRead: !stale }));
      read(answer.ConsumedCapacity);
      return answer.Item as Item | undefined;
    },
    add: async (item) => {
      const put = new PutCommand({ ...on, Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
      const answer = await conditional(() => client.send(put));
      return answer !== undefined;
    },
    put: async (item) => {
      const answer = await client.send(new PutCommand({ ...on, Item: item }));
      wrote(answer.ConsumedCapacity);
    },
    change: async (key, { set, drop = [] }, when) => {
      const words = expressions();
      const sets = Object.entries(set).map(([field, value]) => `${words.name(field)} = ${words.value(value)}`);
      const drops = drop.map(words.name);
      const update = `SET ${sets.join(', ')}${drops.length > 0 ? ` REMOVE ${drops.join(', ')}` : ''}`;
      const condition = ['attribute_exists(pk)', ...words.equal(when)].join(' AND ');
      const answer = await conditional(() =>
        client.send(
          new UpdateCommand({
            ...on,
            Key: keyOf(key),
            UpdateExpression: update,
            ConditionExpression: condition,
            ...words.attributes(),
          }),
        ),
      );
      return answer !== undefined;
    },
    remove: async (key, when = {}) => {
      const words = expressions();
      const condition = words.equal(when).join(' AND ');
      const only = condition === '' ? {} : { ConditionExpression: condition, ...words.attributes() };
      await conditional(() => client.send(new DeleteCommand({ ...on, Key: keyOf(key), ...only })));
    },
    take: async (key) => {
      const answer = await client.send(new DeleteCommand({ ...on, Key: keyOf(key), ReturnValues: 'ALL_OLD' }));
      wrote(answer.ConsumedCapacity);
      return answer.Attributes as Item | undefined;
    },
    list: async (pk, { from, to, limit, newestFirst = false }) => {
      const answer = await client.send(
        new QueryCommand({
          ...on,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
          Limit: limit,
          ScanIndexForward: !newestFirst,
          ConsistentRead: true,
        }),
      );
      read(answer.ConsumedCapacity);
      return { items: (answer.Items ?? []) as Item[], more: answer.LastEvaluatedKey !== undefined };
    },
    increment: async (key, when, unless) => {
      const words = expressions();
      const counter = words.name('count');
      const condition = [...words.equal(when), ...unless.map((field) => `attribute_not_exists(${words.name(field)})`)];
      const answer = await conditional(() =>
        client.send(
          new UpdateCommand({
            ...on,
            Key: keyOf(key),
            UpdateExpression: `ADD ${counter} ${words.value(1)}`,
            ConditionExpression: condition.join(' AND '),
            ReturnValues: 'UPDATED_NEW',
            ...words.attributes(),
          }),
        ),
      );
      const sum: unknown = answer?.Attributes?.['count'];
      return typeof sum === 'number' ? sum : undefined;
    },
  };
}

function keyOf({ pk, sk }: Key): { pk: string; sk: string } {
  return { pk, sk };
}

/** Stand-ins for field names and values: many plain words, such as `name` and `state`, are DynamoDB's own. */
function expressions() {
  const names = new Map<string, string>();
  const values: Record<string, Fields[string]> = {};
  const name = (field: string): string => {
    names.set(field, names.get(field) ?? `#f${names.size}`);
    return names.get(field) ?? '';
  };
  const value = (of: Fields[string]): string => {
    const stand = `:v${Object.keys(values).length}`;
    values[stand] = of;
    return stand;
  };
  return {
    name,
    value,
    equal: (fields: Fields): string[] => Object.entries(fields).map(([field, of]) => `${name(field)} = ${value(of)}`),
    attributes: () => ({
      ExpressionAttributeNames: Object.fromEntries([...names].map(([field, stand]) => [stand, field])),
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    }),
  };
}
