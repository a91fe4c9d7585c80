/** The text of a note: CodeMirror on the note's own Yjs text. A chunk of its own, loaded when a note is opened. */
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { UndoManager } from 'yjs';
import type { OpenNote } from '../../../engine/api.ts';
import { askToPersistOnce } from '../../settings/persistence.ts';
import { useStrings } from '../../strings/catalogue.ts';
import { takeTypedAhead } from '../../typing-ahead.ts';
import { editorExtensions } from './extensions.ts';
import './editor.css';

interface EditorProps {
  readonly note: OpenNote;
  readonly readOnly: boolean;
  /** The person is about to type: take the focus. */
  readonly takeFocus: boolean;
}

export default function Editor({ note, readOnly, takeFocus }: EditorProps) {
  const t = useStrings();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const writable = useRef(new Compartment());
  const start = useRef({ readOnly, takeFocus });

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const { text } = note;
    // Only what is typed here is tracked, so undo never takes back what another device wrote.
    const undoManager = new UndoManager(text);
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: text.toJSON(),
        extensions: [
          editorExtensions({ text, undoManager, strings: t }),
          writable.current.of(readOnlyIf(start.current.readOnly)),
          EditorView.updateListener.of((update) => {
            if (update.transactions.some((transaction) => transaction.isUserEvent('input'))) askToPersistOnce();
          }),
        ],
      }),
    });
    view.current = editor;
    if (start.current.takeFocus) {
      const typed = takeTypedAhead();
      if (typed !== '') editor.dispatch(editor.state.replaceSelection(typed), { userEvent: 'input.type' });
      editor.dispatch({ selection: { anchor: editor.state.doc.length } });
      editor.focus();
    }
    // Not at once: in development React runs an effect twice, and the second editor is the one that stays.
    const { current } = start;
    queueMicrotask(() => {
      current.takeFocus = false;
    });
    return () => {
      editor.destroy();
      undoManager.destroy();
    };
  }, [note, t]);

  useEffect(() => {
    start.current.readOnly = readOnly;
    view.current?.dispatch({ effects: writable.current.reconfigure(readOnlyIf(readOnly)) });
  }, [readOnly]);

  return <div className="editor" ref={place} />;
}

const readOnlyIf = (readOnly: boolean) => [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
