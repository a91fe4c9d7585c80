/** Ports: taking a certain one, the next free one, or any. */
import { createServer, type AddressInfo, type Server } from 'node:net';

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/**
 * Starts a server and gives its port (any free one for 0).
 * @throws {PortTaken} when another program listens there.
 */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PortTaken(`Another program listens at port ${port}.`, { cause: error })
          : new Error(`Can't listen at ${host}, port ${port}`, { cause: error }),
      );
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * The first port from `port` on that nobody listens at, at either of the addresses that "localhost" may mean:
 * a browser tries both, and must not end up with another program.
 * @param count how many ports in a row have to be free, of which the first is given
 */
export async function nextFreePort(port: number, count = 1): Promise<number> {
  let free = 0;
  for (let candidate = port; candidate < port + 100; candidate += 1) {
    const isOpen = (await isFree(candidate, '127.0.0.1')) && (await isFree(candidate, '::1'));
    free = isOpen ? free + 1 : 0;
    if (free === count) return candidate - count + 1;
  }
  const many = count === 1 ? 'No port' : `No ${count} ports in a row`;
  throw new Error(`${many} from ${port} to ${port + 99} is free`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  try {
    await listen(probe, port, host);
    return true;
  } catch (error) {
    // A machine without IPv6 has nobody listening there either.
    return !(error instanceof PortTaken);
  } finally {
    await new Promise<void>((resolve) => {
      probe.close(() => resolve());
    });
  }
}
