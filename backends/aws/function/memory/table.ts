/** The table in memory, for tests. Each call is one step that nothing comes between, as in the real one. */

import type { Fields, Item, Key, ObjectTable, Value } from '../ports.ts';

export interface MemoryTable extends ObjectTable {
  /** Everything in it, in order. */
  items(): readonly Item[];
}

/** `pageSize`: list no more than so many at once, whatever was asked for. */
export function memoryTable({ pageSize = Infinity }: { pageSize?: number } = {}): MemoryTable {
  const partitions = new Map<string, Map<string, Item>>();
  const read = ({ pk, sk }: Key): Item | undefined => partitions.get(pk)?.get(sk);
  const write = (item: Item): void => {
    const partition = partitions.get(item.pk) ?? new Map<string, Item>();
    partitions.set(item.pk, partition.set(item.sk, structuredClone(item)));
  };
  const drop = ({ pk, sk }: Key): void => void partitions.get(pk)?.delete(sk);
  const sorted = (pk: string): Item[] =>
    [...(partitions.get(pk)?.values() ?? [])].sort((a, b) => (a.sk < b.sk ? -1 : 1));

  return {
    items: () => [...partitions.keys()].sort().flatMap((pk) => structuredClone(sorted(pk))),
    get: async (key) => structuredClone(read(key)),
    add: async (item) => {
      if (read(item)) return false;
      write(item);
      return true;
    },
    put: async (item) => write(item),
    change: async (key, { set, drop = [] }, when) => {
      const item = read(key);
      if (!item || !has(item, when)) return false;
      const kept = Object.entries({ ...item, ...set }).filter(([field]) => !drop.includes(field));
      write({ ...(Object.fromEntries(kept) as Record<string, Value>), pk: key.pk, sk: key.sk });
      return true;
    },
    remove: async (key, when = {}) => {
      const item = read(key);
      if (item && has(item, when)) drop(key);
    },
    take: async (key) => {
      const item = read(key);
      drop(key);
      return structuredClone(item);
    },
    list: async (pk, { from, to, limit, newestFirst = false }) => {
      if (from > to) throw new Error('A slice ends before it begins');
      const all = sorted(pk).filter((item) => item.sk >= from && item.sk <= to);
      if (newestFirst) all.reverse();
      const items = all.slice(0, Math.min(limit, pageSize));
      return { items: structuredClone(items), more: items.length < all.length };
    },
    increment: async (key, when, unless) => {
      const item = read(key);
      if (!item || !has(item, when) || unless.some((field) => item[field] !== undefined)) return undefined;
      const count = Number(item['count'] ?? 0) + 1;
      write({ ...item, count });
      return count;
    },
  };
}

function has(item: Item, fields: Fields): boolean {
  return Object.entries(fields).every(([field, value]) => item[field] === value);
}
