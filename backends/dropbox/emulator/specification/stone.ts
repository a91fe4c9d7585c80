/**
 * Reads Stone, the language of Dropbox's own API specification, as far as the file routes need it.
 * https://github.com/dropbox/stone/blob/main/docs/lang_ref.rst
 */

export interface TypeRef {
  /** A primitive such as "String", or "namespace.Name". */
  readonly name: string;
  readonly nullable: boolean;
  /** For List: what it holds. */
  readonly item?: TypeRef;
  /** For example `max_length`, `pattern`. A single unnamed text, as Timestamp has, is under `format`. */
  readonly bounds: Readonly<Record<string, string>>;
}

export interface Field {
  readonly name: string;
  readonly type: TypeRef;
  readonly hasDefault: boolean;
}

export interface Struct {
  readonly kind: 'struct';
  readonly parent: string | undefined;
  readonly fields: readonly Field[];
  /** Tag to type, for a struct that enumerates its subtypes. */
  readonly subtypes: ReadonlyMap<string, TypeRef>;
}

export interface Union {
  readonly kind: 'union';
  readonly parent: string | undefined;
  readonly closed: boolean;
  /** Tag to what it holds; undefined: nothing. */
  readonly members: ReadonlyMap<string, TypeRef | undefined>;
}

export interface Alias {
  readonly kind: 'alias';
  readonly type: TypeRef;
}

export interface RouteSpec {
  readonly argument: TypeRef;
  readonly result: TypeRef;
  readonly error: TypeRef;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Specification {
  readonly types: ReadonlyMap<string, Struct | Union | Alias>;
  /** By the name in the URL, for example "files/delete_v2". */
  readonly routes: ReadonlyMap<string, RouteSpec>;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Without comments, and without the texts that document: those begin a line with a quote and may run on. */
function significantLines(source: string): Line[] {
  const lines: Line[] = [];
  let inText = false;
  for (const raw of source.split('\n')) {
    const text = raw.trim();
    const ends = /(?:^|[^\\])"$/.test(text);
    if (inText) {
      if (ends) inText = false;
    } else if (text.startsWith('"')) {
      inText = !(text.length > 1 && ends);
    } else if (text !== '' && !text.startsWith('#') && !text.startsWith('@')) {
      lines.push({ indent: raw.length - raw.trimStart().length, text });
    }
  }
  return lines;
}

const PRIMITIVES = new Set([
  'Boolean',
  'Bytes',
  'Float32',
  'Float64',
  'Int32',
  'Int64',
  'UInt32',
  'UInt64',
  'List',
  'Map',
  'String',
  'Timestamp',
  'Void',
]);

/** "a, b(c, d), e" in its three parts: commas in brackets and in quotes don't count. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\' && quoted) {
      part += character + text.charAt(++index);
      continue;
    }
    if (character === '"') quoted = !quoted;
    if (!quoted && character === '(') depth++;
    if (!quoted && character === ')') depth--;
    if (!quoted && depth === 0 && character === ',') {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  if (part.trim() !== '') parts.push(part.trim());
  return parts;
}

export function parseType(text: string, namespace: string): TypeRef {
  const match = /^([\w.]+)(?:\((.*)\))?(\?)?$/s.exec(text.trim());
  if (!match?.[1]) throw new SyntaxError(`not a Stone type: ${text}`);
  const [, name, inner, mark] = match;
  const bounds: Record<string, string> = {};
  let item: TypeRef | undefined;
  for (const argument of inner === undefined ? [] : splitArguments(inner)) {
    const bound = /^(\w+)=(.*)$/s.exec(argument);
    if (bound?.[1] && bound[2] !== undefined) bounds[bound[1]] = unquote(bound[2]);
    else if (name === 'Timestamp') bounds['format'] = unquote(argument);
    else item ??= parseType(argument, namespace);
  }
  const full = PRIMITIVES.has(name) || name.includes('.') ? name : `${namespace}.${name}`;
  return { name: full, nullable: mark === '?', bounds, ...(item && { item }) };
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('\\\\', '\\').replaceAll('\\"', '"') : text;
}

/** "name Type = default" */
function parseField(text: string, namespace: string): Field {
  const match = /^(\w+)\s+(.+)$/s.exec(text);
  if (!match?.[1] || !match[2]) throw new SyntaxError(`not a Stone field: ${text}`);
  const [type = '', ...rest] = match[2].split(/ = (?=[^"]*$|"[^"]*"$)/);
  return { name: match[1], type: parseType(type, namespace), hasDefault: rest.length > 0 };
}

/** The lines of a definition's body, up to where its examples begin. */
function bodyOf(lines: readonly Line[], start: number): Line[] {
  const body: Line[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.indent === 0) break;
    body.push(line);
  }
  const examples = body.findIndex((line) => line.indent === 4 && line.text.startsWith('example '));
  return examples === -1 ? body : body.slice(0, examples);
}

function qualified(name: string | undefined, namespace: string): string | undefined {
  return name === undefined || name.includes('.') ? name : `${namespace}.${name}`;
}

function parseStruct(parent: string | undefined, body: readonly Line[], namespace: string): Struct {
  const fields: Field[] = [];
  const subtypes = new Map<string, TypeRef>();
  let inSubtypes = false;
  for (const { indent, text } of body) {
    if (indent === 4) inSubtypes = text === 'union' || text === 'union_closed';
    if (indent === 4 && !inSubtypes) fields.push(parseField(text, namespace));
    if (indent === 8 && inSubtypes) {
      const { name, type } = parseField(text, namespace);
      subtypes.set(name, type);
    }
  }
  return { kind: 'struct', parent, fields, subtypes };
}

function parseUnion(parent: string | undefined, closed: boolean, body: readonly Line[], namespace: string): Union {
  const members = new Map<string, TypeRef | undefined>();
  for (const { indent, text } of body) {
    if (indent !== 4) continue;
    const [tag = '', type] = text.split(/\s+(.*)/s);
    members.set(tag, type === undefined || type === '' ? undefined : parseType(type, namespace));
  }
  return { kind: 'union', parent, closed, members };
}

/** @param sources the texts of the `.stone` files. */
export function parseStone(sources: readonly string[]): Specification {
  const types = new Map<string, Struct | Union | Alias>();
  const routes = new Map<string, RouteSpec>();
  for (const source of sources) {
    const lines = significantLines(source);
    const namespace = /^namespace (\w+)/.exec(lines[0]?.text ?? '')?.[1];
    if (namespace === undefined) throw new SyntaxError('a Stone file begins with its namespace');
    for (const [index, { indent, text }] of lines.entries()) {
      if (indent !== 0) continue;
      const body = () => bodyOf(lines, index);
      const alias = /^alias (\w+) = (.+)$/s.exec(text);
      if (alias?.[1] && alias[2])
        types.set(`${namespace}.${alias[1]}`, { kind: 'alias', type: parseType(alias[2], namespace) });
      const definition = /^(struct|union|union_closed) (\w+)(?: extends ([\w.]+))?$/.exec(text);
      if (definition?.[2]) {
        const parent = qualified(definition[3], namespace);
        const type =
          definition[1] === 'struct'
            ? parseStruct(parent, body(), namespace)
            : parseUnion(parent, definition[1] === 'union_closed', body(), namespace);
        types.set(`${namespace}.${definition[2]}`, type);
      }
      const route = /^route ([\w/]+)(?::(\d+))? \(([^)]*)\)/.exec(text);
      if (route?.[1] && route[3] !== undefined) {
        const [argument = '', result = '', error = ''] = route[3].split(',');
        const attributes = body().flatMap((line) => {
          const pair = /^(\w+) = "?([^"]*)"?$/.exec(line.text);
          return pair?.[1] && pair[2] !== undefined ? [[pair[1], pair[2]] as const] : [];
        });
        routes.set(`${namespace}/${route[1]}${route[2] === undefined ? '' : `_v${route[2]}`}`, {
          argument: parseType(argument, namespace),
          result: parseType(result, namespace),
          error: parseType(error, namespace),
          attributes: Object.fromEntries(attributes),
        });
      }
    }
  }
  return { types, routes };
}
