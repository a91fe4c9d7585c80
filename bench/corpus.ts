/**
 * Notes to measure with: Markdown as people keep it, the same for the same seed, one at a time so that 100,000 of them never
 * have to be in memory. Half are under 850 bytes and few are long, at most 50 KB; 10,000 are 17.7 MB, which raw deflate in
 * blocks of 256 KB makes about 2.4 times smaller. A test holds these numbers, since all that is measured rests on them.
 */
import { type NotebookId, type NoteId, noteId, notebookId } from '../src/notes/ids.ts';

export interface CorpusNote {
  readonly id: NoteId;
  readonly markdown: string;
  readonly tags: string[];
  readonly notebook: NotebookId | null;
  /** ms since 1970, like `modified`. */
  readonly created: number;
  readonly modified: number;
  readonly pinned: boolean;
}

/** From 0 up to, not including, 1. */
type Random = () => number;

/** Sizes are log-normal: the median, and the spread that gives the mean asked for once the longest are cut. */
const MEDIAN_BYTES = 845;
const SPREAD = 1.225;
const SHORTEST = 40;
/** The last paragraph may run over by a sentence, so this is under 50 KB. */
const LONGEST = 49_500;

/**
 * How many words there are, and how fast they get longer as they get rarer. Tuned for the compression named above: more words
 * compress worse, longer ones better.
 */
const WORDS = 13_500;
const SYLLABLES = 0.75;
const TAGS = 60;
const NOTEBOOKS = 24;
const FIRST_DAY = Date.UTC(2015, 0, 1);
const LAST_DAY = Date.UTC(2026, 0, 1);
const YEAR = 365 * 86_400_000;

/**
 * @param options.count how many notes. Each depends on the seed and its place alone: fewer notes are the first of more.
 */
export function* corpus(options: { readonly seed: number; readonly count: number }): Generator<CorpusNote> {
  const language = languageOf(randomFrom(options.seed, 0));
  for (let place = 1; place <= options.count; place++) yield noteOf(language, randomFrom(options.seed, place));
}

interface Language {
  /** Most frequent first. */
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly notebooks: readonly NotebookId[];
}

function languageOf(random: Random): Language {
  const known = new Set<string>();
  // Frequent words are short, as in every language.
  while (known.size < WORDS)
    known.add(wordOf(random, 1 + Math.floor(random() * SYLLABLES * Math.log10(known.size + 1))));
  const words = [...known];
  return {
    words,
    tags: words.slice(200, 200 + TAGS),
    notebooks: Array.from({ length: NOTEBOOKS }, () => notebookId(bytes16(random))),
  };
}

const ONSETS = 'b c d f g h k l m n p r s t v w st tr pr ch sh th br pl gr'.split(' ');
const VOWELS = 'a e i o u a e i o e ea ou ai ö é'.split(' ');
const CODAS = ['', '', '', 'n', 'r', 's', 't', 'l', 'd', 'm', 'nd', 'st', 'ng'];

function wordOf(random: Random, syllables: number): string {
  let word = '';
  for (let syllable = 0; syllable < syllables; syllable++)
    word += pick(random, ONSETS) + pick(random, VOWELS) + pick(random, CODAS);
  return word;
}

function noteOf(language: Language, random: Random): CorpusNote {
  const bytes = Math.min(LONGEST, Math.max(SHORTEST, MEDIAN_BYTES * Math.exp(SPREAD * normal(random))));
  const created = Math.floor(FIRST_DAY + random() * (LAST_DAY - FIRST_DAY));
  // Most notes are last changed soon after they were written.
  const modified = Math.min(LAST_DAY, Math.floor(created + random() ** 8 * 3 * YEAR));
  const tags = new Set<string>();
  for (let more = Math.floor(random() ** 2 * 5); more > 0; more--) tags.add(frequent(random, language.tags));
  return {
    id: noteId(bytes16(random)),
    markdown: markdownOf(language, random, bytes),
    tags: [...tags].sort(),
    notebook: random() < 0.15 ? null : frequent(random, language.notebooks),
    created,
    modified,
    pinned: random() < 0.01,
  };
}

function markdownOf(language: Language, random: Random, bytes: number): string {
  let text = `# ${capital(wordsOf(language, random, 2 + Math.floor(random() * 5)))}\n`;
  // Kept apart from the text's length, as some letters are two bytes.
  let size = byteLength(text);
  while (size < bytes) {
    const block = `\n${blockOf(language, random, bytes - size)}\n`;
    text += block;
    size += byteLength(block);
  }
  return text;
}

/** A paragraph or something like it, of about `room` bytes at most. */
function blockOf(language: Language, random: Random, room: number): string {
  const kind = random();
  if (room < 60 || kind < 0.55) return paragraph(language, random, Math.min(room, 80 + random() * 700));
  const lines = Math.max(1, Math.min(Math.floor(room / 45), 2 + Math.floor(random() * 6)));
  const line = () => wordsOf(language, random, 3 + Math.floor(random() * 7));
  const list = (mark: (index: number) => string) =>
    Array.from({ length: lines }, (_, index) => mark(index) + line()).join('\n');
  if (kind < 0.65) return `## ${capital(wordsOf(language, random, 1 + Math.floor(random() * 4)))}`;
  if (kind < 0.78) return list(() => '- ');
  if (kind < 0.88) return list(() => (random() < 0.6 ? '- [ ] ' : '- [x] '));
  if (kind < 0.93) return list((index) => `${index + 1}. `);
  if (kind < 0.97) return list(() => '> ');
  return `\`\`\`\n${list(() => '  ')}\n\`\`\``;
}

function paragraph(language: Language, random: Random, bytes: number): string {
  let text = '';
  while (text.length < bytes) {
    const left = Math.max(2, Math.floor((bytes - text.length) / 6));
    const sentence = capital(wordsOf(language, random, Math.min(left, 5 + Math.floor(random() * 14))));
    text += `${text === '' ? '' : ' '}${decorated(language, random, sentence)}${random() < 0.1 ? '?' : '.'}`;
  }
  return text;
}

/** Now and then a comma's worth of emphasis, a link, or a number. */
function decorated(language: Language, random: Random, sentence: string): string {
  const kind = random();
  if (kind < 0.06) return `${sentence} **${frequent(random, language.words)}**`;
  if (kind < 0.1) return `${sentence} [${wordsOf(language, random, 2)}](https://${linkOf(language, random)})`;
  if (kind < 0.16) return `${sentence} ${Math.floor(random() * 10_000)}`;
  if (kind < 0.18) return `${sentence} \`${frequent(random, language.words)}\``;
  return sentence;
}

function linkOf(language: Language, random: Random): string {
  return `${frequent(random, language.words)}.example/${frequent(random, language.words)}/${Math.floor(random() * 1e6)}`;
}

function wordsOf(language: Language, random: Random, count: number): string {
  let text = frequent(random, language.words);
  for (let more = 1; more < count; more++) text += ` ${frequent(random, language.words)}`;
  return text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UTF_8 = new TextEncoder();

function byteLength(text: string): number {
  return UTF_8.encode(text).length;
}

/** Zipf: the second half as often as the first, and so on. The inverse of the sum of 1/rank is an exponential. */
function frequent<Item>(random: Random, items: readonly Item[]): Item {
  return at(items, Math.floor((items.length + 1) ** random()) - 1);
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return at(items, Math.floor(random() * items.length));
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[Math.min(index, items.length - 1)];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
}

/** Box and Muller's: mean 0, deviation 1. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function bytes16(random: Random): Uint8Array {
  return Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
}

/** Mulberry32, started from a mix of both numbers so that neighbouring places have nothing in common. */
export function randomFrom(seed: number, place: number): Random {
  let state = Math.imul(seed ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
