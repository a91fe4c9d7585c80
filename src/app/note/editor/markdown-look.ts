/**
 * Markdown styled where it stands. Only lines in sight are decorated, so a long note types as fast as a short
 * one. Marks hide while the cursor is elsewhere; the text itself is never changed.
 */
import { HighlightStyle, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import type { EditorState, Extension, Range } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { BulletWidget, TaskWidget } from './widgets.ts';

type Tree = ReturnType<typeof syntaxTree>;
type SyntaxNode = Tree['topNode'];
type SyntaxNodeRef = Parameters<Parameters<Tree['iterate']>[0]['enter']>[0];

const highlight = HighlightStyle.define([
  { tag: tags.strong, class: 'md-strong' },
  { tag: tags.emphasis, class: 'md-emphasis' },
  { tag: tags.strikethrough, class: 'md-strike' },
  { tag: tags.monospace, class: 'md-code' },
  { tag: tags.link, class: 'md-link' },
  { tag: tags.url, class: 'md-url' },
  { tag: tags.processingInstruction, class: 'md-mark' },
  { tag: tags.contentSeparator, class: 'md-mark' },
  { tag: tags.labelName, class: 'md-mark' },
]);

/** @param taskLabel the name that a task's box has for screen readers. */
export function markdownLook(taskLabel: string): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = decorate(view, taskLabel);
      }

      update(update: ViewUpdate): void {
        const parsedOn = syntaxTree(update.startState) !== syntaxTree(update.state);
        if (update.docChanged || update.viewportChanged || update.selectionSet || update.focusChanged || parsedOn) {
          this.decorations = decorate(update.view, taskLabel);
        }
      }
    },
    { decorations: (value) => value.decorations },
  );
  return [syntaxHighlighting(highlight), plugin];
}

interface Drawing {
  readonly state: EditorState;
  readonly taskLabel: string;
  readonly out: Range<Decoration>[];
  /** Whether the cursor or a selection is within these bounds, both included. */
  readonly touched: (from: number, to: number) => boolean;
}

function decorate(view: EditorView, taskLabel: string): DecorationSet {
  const { state, hasFocus } = view;
  const drawing: Drawing = {
    state,
    taskLabel,
    out: [],
    touched: (from, to) => hasFocus && state.selection.ranges.some((range) => range.from <= to && range.to >= from),
  };
  for (const { from, to } of view.visibleRanges) {
    addLineDirections(drawing, from, to);
    syntaxTree(state).iterate({ from, to, enter: (node) => decorateNode(drawing, node) });
  }
  addTitle(drawing);
  return Decoration.set(drawing.out, true);
}

const lineClass = (name: string) => Decoration.line({ class: name });
const direction = Decoration.line({ attributes: { dir: 'auto' } });
const hidden = Decoration.replace({});
const title = lineClass('md-title');
const quote = lineClass('md-quote');
const code = lineClass('md-code-line');
const codeFirst = lineClass('md-code-line md-code-first');
const codeLast = lineClass('md-code-line md-code-last');
const codeOnly = lineClass('md-code-line md-code-first md-code-last');
const rule = lineClass('md-rule');
const taskDone = lineClass('md-task-done');

/** Each paragraph runs the way its own script does. */
function addLineDirections({ state, out }: Drawing, from: number, to: number): void {
  for (let at = from; at <= to; ) {
    const line = state.doc.lineAt(at);
    out.push(direction.range(line.from));
    at = line.to + 1;
  }
}

/** The first line with something on it is the note's title, whether or not it's a Markdown heading. */
function addTitle({ state, out }: Drawing): void {
  const lines = Math.min(state.doc.lines, 20);
  for (let number = 1; number <= lines; number++) {
    const line = state.doc.line(number);
    if (line.text.trim() === '') continue;
    out.push(title.range(line.from));
    return;
  }
}

/** Returns false to leave out what is inside the node. */
function decorateNode(drawing: Drawing, node: SyntaxNodeRef): boolean | undefined {
  const { state, out, touched } = drawing;
  const { name, from, to } = node;
  const heading = /^(?:ATX|Setext)Heading([1-6])$/.exec(name);
  if (heading) {
    forLines(state, from, to, (line) => out.push(lineClass(`md-heading md-h${heading[1]}`).range(line)));
    return undefined;
  }
  switch (name) {
    case 'HeaderMark': {
      const line = state.doc.lineAt(from);
      // A mark at the end of a line, and the line under a title, stay: only "# " goes.
      if (from === line.from + leadingSpace(line.text) && to < line.to && !touched(line.from, line.to)) {
        out.push(hidden.range(from, Math.min(to + 1, line.to)));
      }
      return undefined;
    }
    case 'EmphasisMark':
    case 'StrikethroughMark':
    case 'CodeMark':
      hideUnlessTouched(drawing, node.node);
      return undefined;
    case 'LinkMark':
    case 'URL':
    case 'LinkTitle':
      hideLinkPart(drawing, node.node);
      return undefined;
    case 'Blockquote':
      forLines(state, from, to, (line) => out.push(quote.range(line)));
      return undefined;
    case 'QuoteMark': {
      const line = state.doc.lineAt(from);
      if (!touched(line.from, line.to)) {
        out.push(hidden.range(from, state.sliceDoc(to, to + 1) === ' ' ? to + 1 : to));
      }
      return undefined;
    }
    case 'FencedCode':
    case 'CodeBlock':
      addCodeLines(drawing, from, to);
      return undefined;
    case 'HorizontalRule': {
      const line = state.doc.lineAt(from);
      if (!touched(line.from, line.to)) {
        out.push(rule.range(line.from), hidden.range(from, to));
      }
      return undefined;
    }
    case 'ListItem':
      addListItem(drawing, node.node);
      return undefined;
    default:
      return undefined;
  }
}

function hideUnlessTouched({ out, touched }: Drawing, mark: SyntaxNode): void {
  const { parent } = mark;
  if (!parent || parent.name === 'FencedCode' || touched(parent.from, parent.to)) return;
  out.push(hidden.range(mark.from, mark.to));
}

/** Of `[words](address)` only the words show. An address that stands for itself stays. */
function hideLinkPart({ out, touched }: Drawing, part: SyntaxNode): void {
  const { parent } = part;
  if (parent?.name !== 'Link' || !parent.getChild('URL') || touched(parent.from, parent.to)) return;
  out.push(hidden.range(part.from, part.to));
}

function addCodeLines({ state, out }: Drawing, from: number, to: number): void {
  const first = state.doc.lineAt(from).from;
  const last = state.doc.lineAt(to).from;
  forLines(state, from, to, (line) => {
    const look = first === last ? codeOnly : line === first ? codeFirst : line === last ? codeLast : code;
    out.push(look.range(line));
  });
}

/** A bullet, number or box in a column of its own, so that wrapped lines stand under the words. */
function addListItem({ state, out, touched, taskLabel }: Drawing, item: SyntaxNode): void {
  const mark = item.getChild('ListMark');
  if (!mark) return;
  const line = state.doc.lineAt(mark.from);
  // Within a quote, or behind another bullet on the same line, it stays as it is typed.
  if (state.sliceDoc(line.from, mark.from).trim() !== '') return;
  const depth = depthOf(item);
  const column = Decoration.line({ class: 'md-list', attributes: { style: `--level: ${depth}` } });
  out.push(column.range(line.from));

  const box = item.getChild('Task')?.getChild('TaskMarker');
  const end = endOfMarks(state, line.to, box ? box.to : mark.to);
  const done = box ? state.sliceDoc(box.from, box.to) !== '[ ]' : false;
  if (done) out.push(taskDone.range(line.from));

  // At `end` the person types the words; before it they edit the marks, and see them.
  if (end > line.from && touched(line.from, end - 1) && !touched(end, line.to)) {
    out.push(Decoration.mark({ class: 'md-list-marks' }).range(line.from, end));
    return;
  }
  if (box) {
    out.push(Decoration.replace({ widget: new TaskWidget(done, taskLabel, state.readOnly) }).range(line.from, end));
  } else if (item.parent?.name === 'BulletList') {
    out.push(Decoration.replace({ widget: new BulletWidget(depth) }).range(line.from, end));
  } else {
    out.push(Decoration.mark({ class: 'md-list-marks md-number' }).range(line.from, end));
  }
}

function endOfMarks(state: EditorState, lineEnd: number, marksEnd: number): number {
  return marksEnd < lineEnd && state.sliceDoc(marksEnd, marksEnd + 1) === ' ' ? marksEnd + 1 : marksEnd;
}

function depthOf(item: SyntaxNode): number {
  let depth = 0;
  for (let node: SyntaxNode | null = item; node; node = node.parent) if (node.name === 'ListItem') depth += 1;
  return depth;
}

function forLines(state: EditorState, from: number, to: number, draw: (lineStart: number) => void): void {
  for (let at = from; at <= to; ) {
    const line = state.doc.lineAt(at);
    draw(line.from);
    at = line.to + 1;
  }
}

const leadingSpace = (text: string): number => text.length - text.trimStart().length;
