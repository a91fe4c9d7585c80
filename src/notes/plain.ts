/**
 * Plain text from a line of Markdown, for titles and excerpts. A list shows a line of each of thousands of notes, so this reads
 * with regular expressions instead of a parser, and on a shape that it doesn't know it shows the marks rather than lose a word.
 */

/** Quote signs, heading signs, bullets and numbers, in any nesting, then a task box. */
const BLOCK_MARKS = /^(?:\s+|>|#{1,6}(?=\s|$)|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$))*(?:\[[ xX]\](?=\s|$))?/u;
/** Thematic breaks, the underlines of headings, and fences: lines that are nothing but marks. */
const ONLY_MARKS = /^\s*(?:([-*_])(?:[ \t]*\1){2,}|=+|-+|`{3,}[^`]*|~{3,}.*)\s*$/u;
const CLOSING_HASHES = /\s#+\s*$/u;
/** A code span, or a character that a backslash makes ordinary. What they hold is text, whatever it looks like. */
const VERBATIM = /(?<![`\\])(`{1,8})(?!`)(.+?)(?<!`)\1(?!`)|\\([!-/:-@[-`{-~])/gu;
/**
 * Links and images with their target, which may hold one level of parentheses. A target that doesn't end in this line reaches
 * to its end: a picture written into the note is cut there by the caller.
 */
const LINK = /!?\[([^[\]]*)\]\((?:[^()]|\([^()]*\))*(?:\)|$)/gu;
const AUTOLINK = /<((?:https?:|mailto:)[^<>\s]*)>/giu;
const STARS = /(\*{1,3})(?=[^\s*])(.*?[^\s*])\1(?!\*)/gu;
/** Within a word an underscore is a letter, as in snake_case. */
const UNDERSCORES = /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])(.*?[^\s_])\1(?![\p{L}\p{N}_])/gu;
const STRIKES = /(~~?)(?=[^\s~])(.*?[^\s~])\1(?!~)/gu;
/** Emphasis within emphasis is undone from the outside in; nobody nests it deeper. */
const NESTING = 3;

/** @returns the line without its Markdown marks, its white space folded; empty when it holds nothing else. */
export function plainLine(line: string): string {
  if (ONLY_MARKS.test(line)) return '';
  // U+0000 marks the places of verbatim pieces below, so it can't stay; the other control characters have no place in a list.
  let text = line
    .replace(/(?!\s)\p{Cc}/gu, '')
    .replace(BLOCK_MARKS, '')
    .replace(CLOSING_HASHES, '');
  const pieces: string[] = [];
  text = text.replace(VERBATIM, (_match, _ticks, code: string | undefined, escaped: string | undefined) => {
    pieces.push(code ?? escaped ?? '');
    return `\0${pieces.length - 1}\0`;
  });
  text = text.replace(LINK, '$1').replace(AUTOLINK, '$1');
  for (let depth = 0; depth < NESTING; depth++) {
    const before = text;
    text = text.replace(STARS, '$2').replace(UNDERSCORES, '$2').replace(STRIKES, '$2');
    if (text === before) break;
  }
  return text
    .replace(/\0(\d+)\0/gu, (_match, index: string) => pieces[Number(index)] ?? '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** @returns at most `length` UTF-16 units of the text, never half of a surrogate pair. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
