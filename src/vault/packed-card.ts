/** Cards as the head of a pack holds them: docs/vault-format.md §5. */
import type { Card } from '../notes/card.ts';
import { bytesOf, hexOf, type NotebookId } from '../notes/ids.ts';
import { atMost, CARD_TAGS, CARD_TEXT, ofLength } from './bounds.ts';
import { type Cbor, expect } from './cbor.ts';

export function encodeCard(card: Card | null): Cbor {
  if (!card) return null;
  return [
    card.title,
    card.excerpt,
    card.tags.slice(0, CARD_TAGS),
    card.notebook === null ? null : bytesOf(card.notebook),
    card.pinned,
    card.trashedAt,
    card.created,
    card.modified,
    card.tasks.open,
    card.tasks.done,
  ];
}

/** @throws {VaultError} `Damaged` */
export function decodeCard(value: Cbor | undefined): Card | null {
  if (value === null) return null;
  const [title, excerpt, tags, notebook, pinned, trashedAt, created, modified, open, done] = expect.list(value, 'card');
  return {
    title: ofLength(expect.text(title, 'title'), CARD_TEXT, 'title'),
    excerpt: ofLength(expect.text(excerpt, 'excerpt'), CARD_TEXT, 'excerpt'),
    tags: atMost(expect.list(tags, 'tags'), CARD_TAGS, 'tags').map((tag) =>
      ofLength(expect.text(tag, 'tag'), CARD_TEXT, 'tag'),
    ),
    notebook: notebook === null ? null : (hexOf(expect.bytes(notebook, 'notebook', 16)) as NotebookId),
    pinned: expect.bool(pinned, 'pinned'),
    trashedAt: trashedAt === null ? null : expect.uint(trashedAt, 'trashed at'),
    created: expect.uint(created, 'created'),
    modified: expect.uint(modified, 'modified'),
    tasks: { open: expect.uint(open, 'open tasks'), done: expect.uint(done, 'done tasks') },
  };
}
