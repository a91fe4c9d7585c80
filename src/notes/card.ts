/** The card: what a list shows of a note. Derived from the note's document, never edited. */
import type { NotebookId } from './ids.ts';

export interface Card {
  /** The first non-empty line without its Markdown marks; empty for an empty note. */
  readonly title: string;
  /** Plain text after the title, at most EXCERPT_LENGTH characters. */
  readonly excerpt: string;
  /** Lower-cased, sorted, without `#`. */
  readonly tags: readonly string[];
  readonly notebook: NotebookId | null;
  readonly pinned: boolean;
  /** ms since 1970, or null when the note isn't in the trash. */
  readonly trashedAt: number | null;
  /** ms since 1970. */
  readonly created: number;
  /** ms since 1970. */
  readonly modified: number;
  readonly tasks: { readonly open: number; readonly done: number };
}

export const EXCERPT_LENGTH = 100;
