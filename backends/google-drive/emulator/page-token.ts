/** Page tokens: opaque to clients, and refused when they are of another kind, or from before they all were reset. */
import { invalidParameter } from './failures.ts';
import type { World } from './world.ts';

type Kind = 'files' | 'changes';

export function writePageToken(world: World, kind: Kind, mark: string): string {
  const text = `${kind} ${world.epoch} ${mark}`;
  // Those of the feed are plain numbers on the service.
  return kind === 'changes' ? String(world.epoch * 1_000_000_000 + Number(mark)) : `~!!~${btoa(text)}`;
}

const refused = () => invalidParameter('pageToken');

/** The mark; undefined without a token. @throws {Failure} 400 */
export function readPageToken(world: World, token: string | null, kind: Kind): string | undefined {
  if (token === null || token === '') return undefined;
  if (kind === 'changes') {
    const number = Number(token);
    if (!/^\d{1,15}$/.test(token) || Math.floor(number / 1_000_000_000) !== world.epoch) throw refused();
    return String(number % 1_000_000_000);
  }
  if (!/^~!!~[A-Za-z0-9+/=]+$/.test(token)) throw refused();
  let text: string;
  try {
    text = atob(token.slice(4));
  } catch {
    throw refused();
  }
  const [tokenKind, epoch, ...mark] = text.split(' ');
  if (tokenKind !== kind || Number(epoch) !== world.epoch) throw refused();
  return mark.join(' ');
}
