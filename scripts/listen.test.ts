import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen, nextFreePort, PortTaken } from './listen.ts';

describe('ports', () => {
  it('skips a port that is taken, and says so when that one was wanted', async () => {
    const server = createServer();
    const port = await listen(server, 0, '127.0.0.1');
    expect(await nextFreePort(port)).toBeGreaterThan(port);
    await expect(listen(createServer(), port, '127.0.0.1')).rejects.toThrow(PortTaken);
    server.close();
  });

  it('finds several in a row', async () => {
    const server = createServer();
    const port = await listen(server, 0, '127.0.0.1');
    expect(await nextFreePort(port - 1, 3)).toBeGreaterThan(port);
    server.close();
  });

  it('tells a bad address from a taken port', async () => {
    const failure = await listen(createServer(), 0, '192.0.2.1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(PortTaken);
  });
});
