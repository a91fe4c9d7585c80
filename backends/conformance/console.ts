/** What is written to the console while the suite runs, where no token may be seen. */
/** Everything written to the console from now on. */
export function listenToConsole(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = [];
  const before = { ...console };
  for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) {
    // oxlint-disable-next-line no-console -- listening to it is the purpose
    console[level] = (...words: unknown[]) => {
      lines.push(words.map(String).join(' '));
      before[level](...words);
    };
  }
  return { lines, stop: () => void Object.assign(console, before) };
}
