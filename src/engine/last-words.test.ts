import { expect, it } from 'vitest';
import { createDevice, createStandIn } from './device.test-support.ts';
import { createDocuments } from './documents.ts';
import { putDownLastWords, takeInLastWords } from './last-words.ts';

function createStore(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

it('what was typed as the page went is an edit after the next start, once', async () => {
  const { notes, documents, queries, host } = await createDevice(createStandIn());
  const id = await notes.create({ text: 'Shopping' });
  const open = await notes.open(id);
  if ('kind' in open) throw new Error('not open');
  open.text.insert(8, ', bread');
  const words = documents.unwritten();
  expect(words).toMatchObject([{ doc: id }]);
  const store = createStore();
  putDownLastWords(store, words, 'a');

  // Another page, which has only what was written.
  const next = createDocuments({ state: host.state, now: host.vault.now, follow: () => () => undefined });
  await takeInLastWords(store, next);
  expect(await queries.note(id)).toMatchObject({ title: 'Shopping, bread' });
  expect(store.length).toBe(0);

  const waiting = await host.db.outbox.count();
  putDownLastWords(store, words, 'b');
  await takeInLastWords(store, next);
  expect(await host.db.outbox.count()).toBe(waiting);
  expect(await queries.note(id)).toMatchObject({ title: 'Shopping, bread' });
});

it('leaves what others keep there alone, and throws away what it cannot read', async () => {
  const { documents } = await createDevice(createStandIn());
  const store = createStore();
  store.setItem('theme', 'dark');
  store.setItem('satchel.lastWords a', '{"doc":');
  store.setItem('satchel.lastWords b', '{"doc":"no id","at":1,"update":"00"}');
  await takeInLastWords(store, documents);
  expect(store.length).toBe(1);
  expect(store.getItem('theme')).toBe('dark');
});

it('nothing is unwritten once it was flushed', async () => {
  const { notes, documents } = await createDevice(createStandIn());
  const open = await notes.open(await notes.create());
  if ('kind' in open) throw new Error('not open');
  open.text.insert(0, 'kept');
  await open.flush();
  expect(documents.unwritten()).toEqual([]);
});
