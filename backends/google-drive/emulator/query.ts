/**
 * The search terms of `q`, as far as careful clients use them; whatever else is asked for is refused, as a stand-in
 * that lets unknown terms match everything teaches nothing.
 * https://developers.google.com/workspace/drive/api/guides/ref-search-terms
 */
import { invalidParameter } from './failures.ts';

/** What a term may be asked about. */
export interface Searchable {
  readonly name: string;
  readonly mimeType: string;
  readonly trashed: boolean;
  readonly starred: boolean;
  readonly parents: readonly string[];
  /** ms since 1970. */
  readonly createdTime: number;
  readonly modifiedTime: number;
  readonly appProperties: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

export interface Query {
  readonly matches: (file: Searchable) => boolean;
  /** Whether a term asks for the name: such listings are served by another index, which lags more. */
  readonly byName: boolean;
}

type Test = (file: Searchable) => boolean;
type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'word'; readonly text: string };

const refused = () => invalidParameter('q');

/** Quoted texts, operators, braces and words. @throws {Failure} */
function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:'((?:[^'\\]|\\['\\])*)'|(<=|>=|!=|[=<>(){}])|([A-Za-z]+))/y;
  while (query.slice(pattern.lastIndex).trim() !== '') {
    const match = pattern.exec(query);
    if (!match) throw refused();
    if (match[1] !== undefined) tokens.push({ kind: 'text', text: match[1].replace(/\\(['\\])/g, '$1') });
    else tokens.push({ kind: 'word', text: match[2] ?? match[3] ?? '' });
  }
  return tokens;
}

/** Words of a name, as "contains" looks for their beginnings. */
function startsAWord(name: string, text: string): boolean {
  const wanted = text.toLowerCase();
  const folded = name.toLowerCase();
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
    if (at === 0 || /[^\p{L}\p{N}]/u.test(folded[at - 1] ?? '')) return true;
  return false;
}

function compared(operator: string, left: number, right: number): boolean {
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  if (operator === '>') return left > right;
  return left >= right;
}

/** @param alias turns "root" and "appDataFolder" into ids. @throws {Failure} 400 for what isn't understood. */
export function parseQuery(text: string, alias: (id: string) => string): Query {
  const tokens = tokensOf(text);
  let at = 0;
  let byName = false;

  const peek = () => tokens[at];
  const isWord = (word: string) => peek()?.kind === 'word' && peek()?.text === word;

  function word(...allowed: readonly string[]): string {
    const token = tokens[at++];
    if (token?.kind !== 'word' || (allowed.length > 0 && !allowed.includes(token.text))) throw refused();
    return token.text;
  }

  function quoted(): string {
    const token = tokens[at++];
    if (token?.kind !== 'text') throw refused();
    return token.text;
  }

  function nameTerm(): Test {
    byName = true;
    // `<` and `>` are documented for no text, and the service fails on them.
    const operator = word('=', '!=', 'contains');
    const value = quoted();
    if (operator === 'contains') return (file) => startsAWord(file.name, value);
    const wanted = value.toLowerCase();
    return (file) => (file.name.toLowerCase() === wanted) === (operator === '=');
  }

  function mimeTerm(): Test {
    const operator = word('=', '!=', 'contains');
    const value = quoted();
    if (operator === 'contains') return (file) => file.mimeType.startsWith(value);
    return (file) => (file.mimeType === value) === (operator === '=');
  }

  function booleanTerm(field: 'trashed' | 'starred'): Test {
    const operator = word('=', '!=');
    const value = word('true', 'false') === 'true';
    return (file) => (file[field] === value) === (operator === '=');
  }

  function timeTerm(field: 'createdTime' | 'modifiedTime'): Test {
    const operator = word('<=', '<', '=', '!=', '>', '>=');
    const value = Date.parse(quoted());
    if (!Number.isFinite(value)) throw refused();
    return (file) => compared(operator, file[field], value);
  }

  function propertyTerm(field: 'appProperties' | 'properties'): Test {
    word('has');
    word('{');
    word('key');
    word('=');
    const key = quoted();
    word('and');
    word('value');
    word('=');
    const value = quoted();
    word('}');
    return (file) => file[field][key] === value;
  }

  function term(): Test {
    if (peek()?.kind === 'text') {
      const folder = quoted();
      word('in');
      word('parents');
      const parent = alias(folder);
      return (file) => file.parents.includes(parent);
    }
    if (isWord('(')) {
      at++;
      const inner = anyOf();
      word(')');
      return inner;
    }
    const field = word();
    if (field === 'not') {
      const inner = term();
      return (file) => !inner(file);
    }
    if (field === 'name') return nameTerm();
    if (field === 'mimeType') return mimeTerm();
    if (field === 'trashed' || field === 'starred') return booleanTerm(field);
    if (field === 'createdTime' || field === 'modifiedTime') return timeTerm(field);
    if (field === 'appProperties' || field === 'properties') return propertyTerm(field);
    throw refused();
  }

  function allOf(): Test {
    const tests = [term()];
    while (isWord('and')) {
      at++;
      tests.push(term());
    }
    return (file) => tests.every((test) => test(file));
  }

  function anyOf(): Test {
    const tests = [allOf()];
    while (isWord('or')) {
      at++;
      tests.push(allOf());
    }
    return (file) => tests.some((test) => test(file));
  }

  const matches = anyOf();
  if (at < tokens.length) throw refused();
  return { matches, byName };
}
