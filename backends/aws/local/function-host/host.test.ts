import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionHost, HostOptions } from './host.ts';
import { startChildHost } from './runtime-api.ts';
import { startThreadHost } from './thread.ts';

const bundle = fileURLToPath(new URL('./example.mjs', import.meta.url));
const HOSTS: Readonly<Record<string, (options: HostOptions) => Promise<FunctionHost>>> = {
  'in a thread': startThreadHost,
  'behind the Runtime API': (options) => startChildHost({ ...options, instances: 2 }),
};

describe.each(Object.entries(HOSTS))('a function %s', (_, start) => {
  let host: FunctionHost;
  let logged = '';
  const log = (text: string) => void (logged += text);
  beforeAll(async () => {
    host = await start({ bundle, environment: { AWS_REGION: 'us-east-1', TABLE: 'table' }, timeout: 2000, log });
  });
  afterAll(() => host.close());

  const ask = async (what: string): Promise<Record<string, unknown>> => {
    const { body } = (await host.invoke({ rawPath: `/v1/${what}` })) as { body: string };
    return JSON.parse(body) as Record<string, unknown>;
  };

  it('sees what Lambda sets and what it was given, and nothing of this process', async () => {
    const environment = await ask('environment');
    expect(environment).toMatchObject({ AWS_REGION: 'us-east-1', TABLE: 'table', AWS_LAMBDA_FUNCTION_NAME: 'satchel' });
    expect(process.env['VITEST']).toBeDefined();
    expect(environment['VITEST']).toBeUndefined();
    expect(environment['HOME']).toBeUndefined();
  });

  it('is told its time and a number of its own for each call', async () => {
    const [one, two] = await Promise.all([ask('context'), ask('context')]);
    expect(one?.['awsRequestId']).not.toBe(two?.['awsRequestId']);
    expect(one?.['left']).toBeLessThanOrEqual(2000);
    expect(one?.['left']).toBeGreaterThan(0);
  });

  it('fails a call with what it threw, and answers the next', async () => {
    await expect(host.invoke({ rawPath: '/v1/throw' })).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('thrown on purpose') as string,
    });
    expect(await host.invoke({ rawPath: '/v1/plain' })).toEqual({ any: 'value' });
  });

  it('is started anew when it ends, or takes too long', async () => {
    await expect(host.invoke({ rawPath: '/v1/end' })).rejects.toMatchObject({ name: 'FunctionFailure' });
    expect(await host.invoke({ rawPath: '/v1/plain' })).toEqual({ any: 'value' });
    await expect(host.invoke({ rawPath: '/v1/hang' })).rejects.toMatchObject({ kind: 'timeout' });
    expect(await host.invoke({ rawPath: '/v1/plain' })).toEqual({ any: 'value' });
  });

  it('neither gets nor gives more than Lambda allows', async () => {
    const large = { rawPath: '/v1/plain', body: 'x'.repeat(6 * 1024 * 1024) };
    await expect(host.invoke(large)).rejects.toMatchObject({ kind: 'too large' });
    await expect(host.invoke({ rawPath: '/v1/large' })).rejects.toMatchObject({ kind: 'failed' });
  });

  it('keeps its log', async () => {
    await ask('log');
    await expect.poll(() => logged).toContain('a line of the function’s log');
  });

  it('answers nobody once it has been closed', async () => {
    const other = await start({ bundle, environment: {}, timeout: 2000, log: () => {} });
    expect(await other.invoke({ rawPath: '/v1/plain' })).toEqual({ any: 'value' });
    await other.close();
    await expect(other.invoke({ rawPath: '/v1/plain' })).rejects.toMatchObject({ kind: 'failed' });
  });
});
