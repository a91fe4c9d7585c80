/**
 * What was typed in the last moment before a page went. IndexedDB drops what a page that is reloaded or closed has
 * asked for and not yet been answered, so the page puts its last words into localStorage, which needs no answer.
 * The next start makes edits of them.
 */
import * as Y from 'yjs';
import { bytesOf, type DocId, hexOf, isDocId } from '../notes/ids.ts';
import { touch } from '../notes/note.ts';
import type { Bytes } from '../vault/crypto.ts';
import type { Documents } from './documents.ts';

/** Words of an open document that are in memory only. */
export interface LastWords {
  readonly doc: DocId;
  /** A Yjs update. */
  readonly update: Bytes;
  /** When they were looked up, in ms since 1970. */
  readonly at: number;
}

const KEY = 'satchel.lastWords ';

/**
 * To be called as the page is hidden or goes, as often as that happens. Words that the database gets as well do no harm.
 * @param page another text for each page.
 */
export function putDownLastWords(store: Storage, words: readonly LastWords[], page: string): void {
  for (const key of keysOf(store)) if (key.startsWith(`${KEY}${page} `)) store.removeItem(key);
  for (const { doc, update, at } of words) {
    try {
      store.setItem(`${KEY}${page} ${doc}`, JSON.stringify({ doc, at, update: hexOf(update) }));
    } catch {
      // No room, or no localStorage: the database may have been fast enough.
    }
  }
}

/** Makes edits of what earlier pages put down. What is known already changes nothing. */
export async function takeInLastWords(store: Storage, documents: Documents): Promise<void> {
  for (const key of keysOf(store)) {
    const words = read(store.getItem(key));
    try {
      if (words) await documents.edit(words.doc, (doc) => takeIn(doc, words));
    } catch {
      // Unreadable, or the disk is full: kept for another start, and none of the others has to wait for it.
      continue;
    }
    store.removeItem(key);
  }
}

function keysOf(store: Storage): readonly string[] {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '');
  return keys.filter((key) => key.startsWith(KEY));
}

function takeIn(doc: Y.Doc, { update, at }: LastWords): void {
  const before = Y.encodeStateVector(doc);
  Y.applyUpdate(doc, update);
  const after = Y.encodeStateVector(doc);
  if (before.length !== after.length || before.some((byte, index) => byte !== after[index])) touch(doc, at);
}

/** Null for what isn't ours. */
function read(text: string | null): LastWords | null {
  try {
    const { doc, at, update } = JSON.parse(text ?? '') as { doc?: unknown; at?: unknown; update?: unknown };
    if (typeof doc !== 'string' || !isDocId(doc) || typeof at !== 'number' || typeof update !== 'string') return null;
    return { doc, at, update: bytesOf(update) };
  } catch {
    return null;
  }
}
