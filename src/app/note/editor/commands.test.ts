import { markdownLanguage } from '@codemirror/lang-markdown';
import { ensureSyntaxTree, LanguageSupport } from '@codemirror/language';
import { EditorState, type StateCommand } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { insertTab, removeTab, toggleMark, toggleTask, toggleTaskAt } from './commands.ts';

/** `|` stands for the cursor, two of them for a selection. */
function run(command: StateCommand, marked: string): string | false {
  let state = stateOf(marked);
  const handled = command({
    state,
    dispatch: (transaction) => {
      ({ state } = transaction);
    },
  });
  if (!handled) return false;
  const { from, to } = state.selection.main;
  const text = state.doc.toString();
  return from === to
    ? `${text.slice(0, from)}|${text.slice(from)}`
    : `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}

function stateOf(marked: string): EditorState {
  const anchor = marked.indexOf('|');
  const head = marked.lastIndexOf('|') - (marked.lastIndexOf('|') > anchor ? 1 : 0);
  const state = EditorState.create({
    doc: marked.replaceAll('|', ''),
    selection: { anchor, head },
    extensions: [new LanguageSupport(markdownLanguage)],
  });
  ensureSyntaxTree(state, state.doc.length, 5000);
  return state;
}

describe('bold and italic', () => {
  test('put marks around what is selected, and take them away', () => {
    expect(run(toggleMark('**'), 'a |word| here')).toBe('a **|word|** here');
    expect(run(toggleMark('**'), 'a **|word|** here')).toBe('a |word| here');
  });

  test('italic on bold adds to it', () => {
    expect(run(toggleMark('*'), '**|word|**')).toBe('***|word|***');
    expect(run(toggleMark('*'), '*|word|*')).toBe('|word|');
  });

  test('bold at the very start of the text', () => {
    expect(run(toggleMark('**'), '|a|')).toBe('**|a|**');
  });
});

describe('tasks', () => {
  test('are ticked and unticked', () => {
    expect(run(toggleTask, '- [ ] call|')).toBe('- [x] call|');
    expect(run(toggleTask, '- [X] call|')).toBe('- [ ] call|');
  });

  test('are made of a list line, and of a plain one', () => {
    expect(run(toggleTask, '- call|')).toBe('- [ ] call|');
    expect(run(toggleTask, '  call|')).toBe('  - [ ] call|');
  });

  test('all the lines of a selection at once', () => {
    expect(run(toggleTask, '|- [ ] a\n- [ ] b|')).toBe('|- [x] a\n- [x] b|');
  });

  test('are ticked where the box is, unless the note is in the trash', () => {
    const state = EditorState.create({ doc: 'x\n1. [ ] call' });
    const change = toggleTaskAt(state, 5);
    expect(change && state.update(change).state.doc.toString()).toBe('x\n1. [x] call');
    const fixed = EditorState.create({ doc: '- [ ] call', extensions: EditorState.readOnly.of(true) });
    expect(toggleTaskAt(fixed, 2)).toBeNull();
    expect(toggleTaskAt(state, 0)).toBeNull();
  });
});

describe('Tab', () => {
  test('indents a line of a list, by as much as its mark is wide', () => {
    expect(run(insertTab, '- a|')).toBe('  - a|');
    expect(run(insertTab, '1. a|')).toBe('   1. a|');
  });

  test('with Shift takes it back, and no more than there is', () => {
    expect(run(removeTab, '  - a|')).toBe('- a|');
    expect(run(removeTab, '\t- a|')).toBe('- a|');
    expect(run(removeTab, ' - a|')).toBe('- a|');
  });

  test('is left to the browser outside of lists, so that it leaves the text', () => {
    expect(run(insertTab, 'plain|')).toBe(false);
    expect(run(removeTab, 'plain|')).toBe(false);
    expect(run(removeTab, '- a|')).toBe(false);
    expect(run(insertTab, '```\n- a|\n```')).toBe(false);
  });
});
