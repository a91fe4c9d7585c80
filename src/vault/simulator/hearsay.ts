/** Pages of listings, as they were answered: what a device was told before it got a cursor (rule V12). */
export interface Told {
  record(before: string | undefined, names: readonly string[], cursor: string): void;
}

export interface Hearsay extends Told {
  upTo(cursor: string): readonly string[];
}

export function createHearsay(): Hearsay {
  const pages = new Map<string, readonly string[]>();
  return {
    record(before, names, cursor) {
      const known = before === undefined ? [] : (pages.get(before) ?? []);
      const all = names.length === 0 ? known : [...known, ...names];
      // Two ways may lead to one cursor, and one of them may have shown more than the cursor stands for.
      const other = pages.get(cursor);
      if (!other || other.length > all.length) pages.set(cursor, all);
    },
    upTo: (cursor) => pages.get(cursor) ?? [],
  };
}
