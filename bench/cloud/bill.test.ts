import { expect, test } from 'vitest';
import { between, createMeter, routeOf } from './bill.ts';

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

test('units go to the request that they were spent for, however many run at once', async () => {
  const meter = createMeter();
  const ask = async (write: number) => {
    await later();
    meter.spend({ read: 0, write });
    await later();
    meter.spend({ read: 0, write });
  };
  await Promise.all([
    meter.during('a', () => ask(1)),
    meter.during('b', () => ask(10)),
    meter.during('a', () => ask(2)),
  ]);
  expect(meter.bill()).toEqual({
    a: { requests: 2, write: 6, read: 0 },
    b: { requests: 1, write: 20, read: 0 },
  });
});

test('a read that finds nothing costs one unit, as Amazon has it, and a write none to read', () => {
  const meter = createMeter();
  meter.during('a', () => {
    meter.spend({ read: 0, write: 0 });
    meter.spend({ read: 0.5, write: 0 });
    meter.spend({ read: 0, write: 3 });
  });
  expect(meter.bill()).toEqual({ a: { requests: 1, write: 3, read: 1.5 } });
});

test('the bill of a stretch is what came in it', () => {
  const before = { a: { requests: 1, write: 2, read: 3 }, b: { requests: 1, write: 1, read: 1 } };
  const after = { ...before, a: { requests: 3, write: 2, read: 5 }, c: { requests: 1, write: 0, read: 0 } };
  expect(between(before, after)).toEqual({
    a: { requests: 2, write: 0, read: 2 },
    c: { requests: 1, write: 0, read: 0 },
  });
});

test.each([
  ['PUT', 'https://api.cloud.example/v1/objects/log/abc', 'PUT objects'],
  ['POST', 'https://api.cloud.example/v1/objects/log/abc/register', 'register'],
  ['GET', 'https://api.cloud.example/v1/changes/log?after=1', 'GET changes'],
  ['PUT', 'https://s3.cloud.example/bodies-of-all/bodies/a/b', 'S3 PUT'],
  ['POST', 'https://pool.cloud.example/', 'Cognito, user pool'],
])('%s %s is billed as "%s"', (method, url, route) => {
  expect(routeOf({ method, url })).toBe(route);
});
