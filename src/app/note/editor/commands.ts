/** What keys do to the Markdown. */
import { syntaxTree } from '@codemirror/language';
import {
  type ChangeSpec,
  EditorSelection,
  type EditorState,
  type Line,
  type StateCommand,
  type TransactionSpec,
} from '@codemirror/state';

const LIST_LINE = /^\s*(?:[-*+]|\d+[.)])\s/;
const TASK = /^(\s*(?:[-*+]|\d+[.)])\s+)\[([ xX])\](?=\s|$)/;
const BULLET = /^\s*(?:[-*+]|\d+[.)])\s+/;

/** Puts a mark on both sides of what is selected, or takes it away. */
export function toggleMark(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const spec = state.changeByRange((range) => {
      const { from, to } = range;
      const marked =
        state.sliceDoc(from - mark.length, from) === mark &&
        state.sliceDoc(to, to + mark.length) === mark &&
        // One star of two isn't the mark of emphasis.
        (mark.length > 1 || state.sliceDoc(from - 2, from - 1) !== mark);
      if (marked) {
        return {
          changes: [
            { from: from - mark.length, to: from },
            { from: to, to: to + mark.length },
          ],
          range: EditorSelection.range(from - mark.length, to - mark.length),
        };
      }
      return {
        changes: [
          { from, insert: mark },
          { from: to, insert: mark },
        ],
        range: EditorSelection.range(from + mark.length, to + mark.length),
      };
    });
    dispatch(state.update(spec, { userEvent: 'input.format', scrollIntoView: true }));
    return true;
  };
}

/** Ticks or unticks the tasks on the selected lines; makes a task of a line that isn't one. */
export const toggleTask: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const changes = selectedLines(state).map((line) => taskChange(line));
  dispatch(state.update({ changes, userEvent: 'input.task' }));
  return true;
};

/** @param at a place in the box's `[ ]`. */
export function toggleTaskAt(state: EditorState, at: number): TransactionSpec | null {
  const line = state.doc.lineAt(at);
  return TASK.test(line.text) && !state.readOnly ? { changes: taskChange(line), userEvent: 'input.task' } : null;
}

function taskChange(line: Line): ChangeSpec {
  const task = TASK.exec(line.text);
  if (task) {
    const box = line.from + (task[1]?.length ?? 0) + 1;
    return { from: box, to: box + 1, insert: task[2] === ' ' ? 'x' : ' ' };
  }
  const bullet = BULLET.exec(line.text);
  if (bullet) return { from: line.from + bullet[0].length, insert: '[ ] ' };
  const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
  return { from: line.from + indent, insert: '- [ ] ' };
}

const INDENT = '  ';

export const insertTab: StateCommand = ({ state, dispatch }) => {
  const lines = listLines(state);
  if (lines.length === 0) return false;
  dispatch(
    state.update({
      changes: lines.map(({ from }) => ({ from, insert: indentOf(state, from) })),
      userEvent: 'input.indent',
    }),
  );
  return true;
};

export const removeTab: StateCommand = ({ state, dispatch }) => {
  const changes = listLines(state).flatMap(({ from, text }) => {
    const indent = /^(?:\t| {1,4})/.exec(text)?.[0].length ?? 0;
    return indent === 0 ? [] : [{ from, to: from + Math.min(indent, indentOf(state, from).length) }];
  });
  if (changes.length === 0) return false;
  dispatch(state.update({ changes, userEvent: 'delete.dedent' }));
  return true;
};

/** As wide as the number and dot of a numbered list, which Markdown asks for; two for bullets. */
function indentOf(state: EditorState, from: number): string {
  return /^\s*\d+[.)]\s/.test(state.doc.lineAt(from).text) ? `${INDENT} ` : INDENT;
}

function listLines(state: EditorState): Line[] {
  if (state.readOnly) return [];
  return selectedLines(state).filter((line) => LIST_LINE.test(line.text) && !inCode(state, line.from));
}

function inCode(state: EditorState, at: number): boolean {
  for (let node = syntaxTree(state).resolveInner(at, 1); ; ) {
    if (node.name === 'FencedCode' || node.name === 'CodeBlock') return true;
    if (!node.parent) return false;
    node = node.parent;
  }
}

function selectedLines(state: EditorState): Line[] {
  const lines = new Map<number, Line>();
  for (const { from, to } of state.selection.ranges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      lines.set(line.from, line);
      at = line.to + 1;
    }
  }
  return [...lines.values()];
}
