import { markdownLanguage } from '@codemirror/lang-markdown';
import { ensureSyntaxTree, LanguageSupport } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { linkAt } from './links.ts';

/** The address at the `|`. */
function at(marked: string): string | null {
  const state = EditorState.create({
    doc: marked.replace('|', ''),
    extensions: [new LanguageSupport(markdownLanguage)],
  });
  ensureSyntaxTree(state, state.doc.length, 5000);
  return linkAt(state, marked.indexOf('|'));
}

describe('links that a click opens', () => {
  test.each([
    ['see [the pa|ge](https://example.org/a?b)', 'https://example.org/a?b'],
    ['see [the page](https://exa|mple.org)', 'https://example.org'],
    ['see https://exa|mple.org', 'https://example.org'],
    ['see <https://exa|mple.org>', 'https://example.org'],
    ['see www.exa|mple.org', 'https://www.example.org'],
    ['write to ada@exam|ple.org', 'mailto:ada@example.org'],
  ])('%s', (marked, address) => {
    expect(at(marked)).toBe(address);
  });

  test.each([
    'no link| here',
    '[run](javascript:al|ert(1))',
    '[run](JAVA|SCRIPT:alert(1))',
    '[page](data:text/html,<scr|ipt>)',
    '[file](file:///etc/pas|swd)',
    '[relative](../some|where)',
  ])('but not: %s', (marked) => {
    expect(at(marked)).toBeNull();
  });
});
