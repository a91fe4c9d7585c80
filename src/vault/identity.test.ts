import { expect, test } from 'vitest';
import { between, createWorld, note } from './examples/devices.ts';

test('V8 what a copied profile finds sent already goes on counting as applied, and is never missed', async () => {
  const world = createWorld();
  const writer = world.device();
  await writer.createVault();
  await writer.write(note(1), 'one');
  const reply = between(writer, (storage) => ({
    async put(name, bytes, signal) {
      await storage.put(name, bytes, signal);
      throw new Error('the reply was lost');
    },
  }));
  await expect(writer.sync()).rejects.toThrow('the reply was lost');
  reply();
  // The profile is copied before it knows that its first push has arrived, and the copy finds that push in the storage.
  let closed = true;
  const clone = world.device({
    events: {
      sending() {
        if (closed) throw new Error('closed');
      },
    },
  });
  for (const table of ['notes', 'bodies', 'applied', 'uploads', 'meta'] as const) {
    const rows = await writer.rows(table);
    await clone.place.state.write([table], (tx) =>
      (tx[table] as { putMany(rows: unknown): Promise<void> }).putMany(rows),
    );
  }
  await clone.useAccount();
  await expect(clone.sync()).rejects.toThrow('closed');
  closed = false;
  expect((await clone.rows('packs')).map((row) => row.state)).toEqual(['applied']);
  expect(await clone.rows('uploads')).toHaveLength(1);
  // Somebody says that it has the first push; then the original writes once more under the id that both have.
  world.time += 1000;
  const other = world.device();
  await other.join();
  await other.sync();
  await other.write(note(2), 'by another');
  await other.sync();
  world.time += 1000;
  await writer.write(note(3), 'by the original');
  await writer.restart().sync();
  await clone.restart().sync();
  expect(await clone.rows('missing')).toEqual([]);
  expect(await clone.rows('applied')).toHaveLength(world.names('p').length);
  expect(await clone.rows('outbox')).toEqual([]);
});
