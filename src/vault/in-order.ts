/** Several things under way at once, taken up in their order. */

/** Runs `work` over the items, `limit` at a time, and gives the results in the items' order. */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  let next = 0;
  const start = () => {
    const result = work(items[next++] as Item);
    // Awaited below, in order; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    running.push(result);
  };
  while (next < items.length && running.length < limit) start();
  try {
    while (running.length > 0) {
      const result = await (running.shift() as Promise<Result>);
      if (next < items.length) start();
      yield result;
    }
  } finally {
    // Whoever gave up must not find work still going on behind it.
    await Promise.allSettled(running);
  }
}
