/**
 * The notes that a new device starts with. Every device makes them by itself, so they must come out the same to the byte:
 * note id and client id are taken from a hash of the text, the clocks start at 0 and the date is fixed. Two devices that both
 * made them then have one copy, and a changed text is another note by another client, never the old client's clocks again.
 */
import type * as Y from 'yjs';
import { bytesOf, type NoteId, noteId } from './ids.ts';
import { docFrom, hasPending, snapshotDigestInput, stateOf } from './merge.ts';
import { initNote, newDoc } from './note.ts';

/** 2026-01-01T00:00:00Z. The order of the list below is the order on the screen, newest first, so each is a minute older. */
const CREATED = 1_767_225_600_000;
const MINUTE = 60_000;

const TEXTS: readonly string[] = [
  `# Welcome to Satchel

This is a note. Type anywhere in it: what you write is saved on this device as you go, with or without a network.

Three things to try:

- [ ] Start a note of your own
- [ ] Give it a tag, or put it in a notebook
- [ ] Pin it, so that it stays on top of the list

The first line of a note is its title. The box over the list finds notes by it.

When you want your notes on another device too, connect a storage in the settings. Nothing leaves this device before that.

Done with this note? Move it to the trash. It can be restored from there.
`,
  `# Writing in Markdown

Notes are plain text with a few marks. They step back while you read, and come out where you write.

## Words

**bold** with two stars, *italic* with one, ~~struck out~~ with two tildes, \`code\` between backticks. A link is [its words](https://commonmark.org/help/) and then its address.

## Lists and tasks

- a line that starts with a hyphen
  - two spaces before it make it part of the one above
1. numbers work as well
- [ ] a task
- [x] a task that is done

## Quotes and code

> A line that starts with > is a quote.

\`\`\`
Lines between two rows of three backticks
are kept exactly as they are.
\`\`\`
`,
  `# How your notes are kept

**On this device.** Every note is in this browser's own database. The app opens and works without a network, and without an account.

**In your storage, if you connect one.** Satchel then puts copies into a storage of yours, and your other devices fetch them from there. They are encrypted on your device first: whoever keeps the storage can see how often and how much you write, but not a word of it.

**Your passphrase and recovery words** open those copies on a new device. Nobody can reset them for you. Write the words down on paper.

**Two devices, one note.** Edit it on both, even while they are offline. When they meet again, both edits are in the note. There are no conflict copies to choose between.

**These sample notes** stay on this device and aren't sent anywhere, unless you change them.
`,
];

const SAMPLES: ReadonlyMap<NoteId, string> = new Map(TEXTS.map((text) => [sampleId(text), text]));

interface Sample {
  readonly id: NoteId;
  readonly update: Uint8Array;
}

/** Newest first. The same bytes on every device. */
export function sampleNotes(): Sample[] {
  return [...SAMPLES].map(([id, text], index) => {
    const doc = newDoc(fnv1a(text));
    initNote(doc, { now: CREATED - index * MINUTE, text });
    return { id, update: stateOf(doc) };
  });
}

/** Whether the note is a sample that nobody has changed, which is therefore not worth sending to a storage. */
export function isPristineSample(id: NoteId, doc: Y.Doc): boolean {
  const sample = SAMPLES.has(id) ? sampleNotes().find((each) => each.id === id) : undefined;
  if (!sample || hasPending(doc)) return false;
  const [mine, pristine] = [snapshotDigestInput(doc), snapshotDigestInput(docFrom([sample.update]))];
  return mine.length === pristine.length && mine.every((byte, index) => byte === pristine[index]);
}

/** 16 bytes from four hashes, each over the text behind another digit. */
function sampleId(text: string): NoteId {
  const words = [0, 1, 2, 3].map((digit) => fnv1a(`${digit}${text}`).toString(16).padStart(8, '0'));
  return noteId(bytesOf(words.join('')));
}

/**
 * FNV-1a, 32 bits, over UTF-16 units. Small and synchronous: the platform's own hashes are promises, and all that is asked of
 * this one is that different sample texts get different ids, which a test sees. Nobody else's text is ever hashed with it.
 */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
