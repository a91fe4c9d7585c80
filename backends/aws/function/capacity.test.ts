/** What each request costs in DynamoDB's capacity units, as dynalite counts them by Amazon's rules. `docs/aws.md` has the table. */

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoTable } from './adapters/dynamodb.ts';
import type { Capacity } from './observe.ts';
import { closeSocket, openSocket } from './sockets.ts';
import { startDynalite, type TestDynamo } from './testing/dynalite.ts';
import { createWorld, type Person } from './testing/world.ts';

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.close());

async function measured() {
  let spent: Capacity = { read: 0, write: 0 };
  const table = dynamoTable(dynamo.client, await dynamo.table(), ({ read, write }) => {
    // For a read that finds nothing, dynalite counts nothing, and Amazon one unit.
    spent = { read: spent.read + (write === 0 ? read || 1 : read), write: spent.write + write };
  });
  const world = createWorld({ table, limits: { bytes: 1e9, objects: 1e6, requestsPerMinute: 1000 } });
  const ann = world.person('11111111-2222-4333-8444-555555555555');
  /** Of one call, in the middle of a minute in which others went before. */
  const cost = async (call: () => Promise<unknown>): Promise<string> => {
    spent = { read: 0, write: 0 };
    await call();
    return `${spent.write} written, ${spent.read} read`;
  };
  return { world, table, ann, cost };
}

/** As long as the names that a vault gives. */
function name(n: number): string {
  return `log/d0123456789abcdef-${String(n).padStart(6, '0')}`;
}

async function ticketOf(person: Person): Promise<string> {
  const response = await person.fetch('POST', '/v1/ticket', { body: '{}' });
  return new URL(((await response.json()) as { address: string }).address).searchParams.get('ticket') ?? '';
}

it('costs what docs/aws.md says', async () => {
  const { world, table, ann, cost } = await measured();
  const small = new Uint8Array(2_000);
  const large = new Uint8Array(200_000);
  for (let n = 0; n < 40; n++) await ann.put(name(n), small);
  const { cursor } = await ann.allChanges();
  const deps = { ...world.cloud, table };

  const costs = {
    'put, 2 KB': await cost(() => ann.put(name(100), small)),
    'put, 2 KB, again': await cost(() => ann.put(name(100), small)),
    'put, 200 KB': await cost(() => ann.put(name(101), large)),
    'register, 1 MB': await cost(() => ann.putLarge(name(102), 'a'.repeat(1_000_000))),
    'get, 2 KB': await cost(() => ann.get(name(0))),
    'get, 200 KB': await cost(() => ann.get(name(101))),
    'get, 1 MB in S3': await cost(() => ann.get(name(102))),
    'changes, three new': await cost(() => ann.changes('log', cursor)),
    'changes, none new': await cost(async () => ann.changes('files')),
    'changes, from the start, 43': await cost(() => ann.changes('log')),
    about: await cost(() => ann.fetch('GET', '/v1/about')),
    'delete one, 2 KB': await cost(() => ann.delete(name(0))),
    'delete ten, 2 KB each': await cost(() => ann.delete(...Array.from({ length: 10 }, (_, n) => name(n + 1)))),
    'delete one, 200 KB': await cost(() => ann.delete(name(101))),
    ticket: await cost(() => ann.fetch('POST', '/v1/ticket', { body: '{}' })),
    'socket opens': '',
    'put, 2 KB, one socket told': '',
    'socket closes': '',
  };
  const ticket = await ticketOf(ann);
  costs['socket opens'] = await cost(() => openSocket(deps, ticket, 'c'));
  costs['put, 2 KB, one socket told'] = await cost(() => ann.put(name(200), small));
  costs['socket closes'] = await cost(() => closeSocket(deps, 'c'));
  expect(costs).toEqual(await documented());
});

/** The rows of the table in docs/aws.md. */
async function documented(): Promise<Record<string, string>> {
  const text = await readFile(new URL('../../../docs/aws.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \|$/gm);
  return Object.fromEntries([...rows].map(([, request, write, read]) => [request, `${write} written, ${read} read`]));
}
