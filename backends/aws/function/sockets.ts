/**
 * Open sockets, over which a device hears that it should look. Each is opened with a ticket that works once, so
 * that no token stands in an address. What is sent is a hint, and may be lost: devices look by themselves
 * as well.
 */

import { createHash } from 'node:crypto';
import type { Area } from '../../storage.ts';
import { type SocketMessage, TICKET_SECONDS } from '../protocol.ts';
import { eachOf } from './at-once.ts';
import { accountPartition, count, type Subject, text } from './layout.ts';
import type { Item, Key, ObjectTable, Sockets, Surroundings } from './ports.ts';

/** In the address that opens a socket. */
export const TICKET_PARAMETER = 'ticket';

/** Amazon closes a socket after two hours. */
const LONGEST_CONNECTION = 2 * 60 * 60_000;
/** A person's devices, with room; the oldest is forgotten for a newer one. */
const MOST_SOCKETS = 30;

const SOCKETS = { from: 'socket#', to: 'socket#~' };

interface Deps extends Surroundings {
  readonly table: ObjectTable;
}

/** A text that opens one socket for the person, within the minute. `device`: whose own changes it shall not hear of. */
export async function issueTicket({ table, now, freshId }: Deps, sub: Subject, device: string): Promise<string> {
  const ticket = freshId();
  const expires = now() + TICKET_SECONDS * 1000;
  await table.put({ ...ticketKey(ticket), sub, device, expires, ttl: timeToLive(expires) });
  return ticket;
}

/** Says whether the ticket was good. */
export async function openSocket({ table, now }: Deps, ticket: string, connectionId: string): Promise<boolean> {
  // Removing is what makes it work once: of two who try, one gets the item.
  const item = await table.take(ticketKey(ticket));
  if (!item || count(item, 'expires') < now()) return false;
  const sub = text(item, 'sub');
  const expires = now() + LONGEST_CONNECTION;
  const ttl = timeToLive(expires);
  const others = await socketsOf(table, sub);
  if (others.length >= MOST_SOCKETS) {
    const [oldest] = others.toSorted((a, b) => count(a, 'expires') - count(b, 'expires'));
    if (oldest) await forget(table, sub, text(oldest, 'connection'));
  }
  await table.put({ ...connectionKey(connectionId), sub, ttl });
  await table.put({
    ...socketKey(sub, connectionId),
    connection: connectionId,
    device: text(item, 'device'),
    expires,
    ttl,
  });
  return true;
}

export async function closeSocket({ table }: Pick<Deps, 'table'>, connectionId: string): Promise<void> {
  const item = await table.take(connectionKey(connectionId));
  if (item) await table.remove(socketKey(text(item, 'sub'), connectionId));
}

/** Tells the person's other devices. Gives how many were told, and how many couldn't be. */
export async function tellOthers(
  { table, now, sockets }: Pick<Deps, 'table' | 'now'> & { readonly sockets: Sockets },
  sub: Subject,
  changed: Area,
  device: string,
): Promise<{ told: number; failed: number }> {
  const open = (await socketsOf(table, sub)).filter((item) => count(item, 'expires') > now());
  const others = open.filter((item) => device === '' || text(item, 'device') !== device);
  const message: SocketMessage = { changed };
  const results = await eachOf(others, async (item) => {
    const connection = text(item, 'connection');
    try {
      const result = await sockets.send(connection, JSON.stringify(message));
      if (result === 'gone') await forget(table, sub, connection);
      return result;
    } catch {
      // The device will find out when it looks by itself; the push that it would have heard of is done.
      return 'failed';
    }
  });
  return {
    told: results.filter((result) => result === 'sent').length,
    failed: results.filter((result) => result === 'failed').length,
  };
}

async function socketsOf(table: ObjectTable, sub: Subject): Promise<readonly Item[]> {
  return (await table.list(accountPartition(sub), { ...SOCKETS, limit: 2 * MOST_SOCKETS })).items;
}

async function forget(table: ObjectTable, sub: Subject, connectionId: string): Promise<void> {
  await table.remove(socketKey(sub, connectionId));
  await table.remove(connectionKey(connectionId));
}

/** The table holds a hash only, so that who reads the table can't use a ticket. */
function ticketKey(ticket: string): Key {
  return { pk: `ticket#${createHash('sha256').update(ticket).digest('hex')}`, sk: 'ticket' };
}

function connectionKey(connectionId: string): Key {
  return { pk: `connection#${connectionId}`, sk: 'connection' };
}

function socketKey(sub: Subject, connectionId: string): Key {
  return { pk: accountPartition(sub), sk: `socket#${connectionId}` };
}

/** DynamoDB's, in seconds; it removes late, so nothing relies on it but the size of the bill. */
function timeToLive(ms: number): number {
  return Math.ceil(ms / 1000);
}
