import { describe, expect, it } from 'vitest';
import { problemsOf } from './checks.ts';

const CLOUD = { cloud: 'satchel', version: 1 };
const CONFIG = { aws: { clientId: 'c' } };

/** Answers by address; each answer but the last is given once. */
function world(answers: Readonly<Record<string, readonly (object | Error | string)[]>>) {
  const asked: string[] = [];
  const pauses: number[] = [];
  const fetch = (async (address: string) => {
    const before = asked.filter((each) => each === address).length;
    asked.push(address);
    const all = answers[address] ?? [];
    const answer = all[Math.min(before, all.length - 1)];
    if (answer instanceof Error) throw answer;
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }) as typeof globalThis.fetch;
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  return { deps: { fetch, pause }, asked, pauses };
}

describe('a deployed cloud', () => {
  it('is asked as an app asks it, and found well', async () => {
    const { deps, asked, pauses } = world({
      'https://api.example/v1/config': [CLOUD],
      'https://site.example/config.json': [CONFIG],
    });
    expect(await problemsOf('https://api.example', 'https://site.example/', deps)).toEqual([]);
    expect(asked).toHaveLength(2);
    expect(pauses).toEqual([]);
  });

  it('may take a moment to be known everywhere', async () => {
    const { deps, pauses } = world({
      'https://api.example/v1/config': [new TypeError('no such host'), '<html>', CLOUD],
      'https://site.example/config.json': [CONFIG],
    });
    expect(await problemsOf('https://api.example', 'https://site.example/', deps)).toEqual([]);
    expect(pauses).toHaveLength(2);
  });

  it('that answers otherwise is told of by its address', async () => {
    const { deps } = world({
      'https://api.example/v1/config': [{ message: 'Internal Server Error' }],
      'https://site.example/config.json': [{}],
    });
    const problems = await problemsOf('https://api.example', 'https://site.example/', deps);
    expect(problems).toHaveLength(2);
    expect(problems.join()).toMatch(/api\.example\/v1\/config.*site\.example\/config\.json/);
  });
});
