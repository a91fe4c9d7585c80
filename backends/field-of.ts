/** What stands under a name in an answer of whose shape nothing is known yet; undefined where it holds no such thing. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return fields[name];
}
