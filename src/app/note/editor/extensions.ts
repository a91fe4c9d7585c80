/** All that makes CodeMirror the editor of a note. */
import { defaultKeymap } from '@codemirror/commands';
import { deleteMarkupBackward, insertNewlineContinueMarkup, markdownLanguage } from '@codemirror/lang-markdown';
import { LanguageSupport } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import { drawSelection, dropCursor, EditorView, keymap, placeholder } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import type * as Y from 'yjs';
import type { Strings } from '../../strings/en.ts';
import { insertTab, removeTab, toggleMark, toggleTask } from './commands.ts';
import { markdownLook } from './markdown-look.ts';
import { openLinkOnClick } from './links.ts';

interface EditorParts {
  readonly text: Y.Text;
  readonly undoManager: Y.UndoManager;
  readonly strings: Strings;
}

export function editorExtensions({ text, undoManager, strings }: EditorParts): Extension {
  return [
    // Positions here and in the Yjs text must agree, so nothing but "\n" may count as the end of a line.
    EditorState.lineSeparator.of('\n'),
    EditorState.phrases.of(strings.search),
    // Without the HTML, CSS and JavaScript grammars that `markdown()` would bring along.
    new LanguageSupport(markdownLanguage),
    yCollab(text, null, { undoManager }),
    Prec.high(
      keymap.of([
        { key: 'Enter', run: insertNewlineContinueMarkup },
        { key: 'Backspace', run: deleteMarkupBackward },
        { key: 'Mod-b', run: toggleMark('**') },
        { key: 'Mod-i', run: toggleMark('*') },
        { key: 'Mod-Enter', run: toggleTask },
        // Only within a list: elsewhere, and after Escape, Tab leaves the text as it does any field.
        { key: 'Tab', run: insertTab, shift: removeTab },
      ]),
    ),
    keymap.of([...yUndoManagerKeymap, ...searchKeymap, ...defaultKeymap]),
    search({ top: true }),
    drawSelection(),
    dropCursor(),
    EditorView.lineWrapping,
    EditorView.perLineTextDirection.of(true),
    EditorView.contentAttributes.of({
      'aria-label': strings.note.editor,
      'aria-description': strings.note.keyboardHint,
      spellcheck: 'true',
      autocorrect: 'on',
      autocapitalize: 'sentences',
    }),
    placeholder(strings.note.placeholder),
    markdownLook(strings.note.task),
    openLinkOnClick,
  ];
}
