/** What stands in for list marks: a bullet, and a box that can be ticked. */
import { type EditorView, WidgetType } from '@codemirror/view';
import { toggleTaskAt } from './commands.ts';

export class BulletWidget extends WidgetType {
  readonly depth: number;

  constructor(depth: number) {
    super();
    this.depth = depth;
  }

  override eq(other: BulletWidget): boolean {
    return other.depth === this.depth;
  }

  override toDOM(): HTMLElement {
    const bullet = document.createElement('span');
    bullet.className = this.depth % 2 === 1 ? 'md-bullet' : 'md-bullet md-bullet-ring';
    return bullet;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

export class TaskWidget extends WidgetType {
  readonly done: boolean;
  readonly label: string;
  readonly fixed: boolean;

  constructor(done: boolean, label: string, fixed: boolean) {
    super();
    this.done = done;
    this.label = label;
    this.fixed = fixed;
  }

  override eq(other: TaskWidget): boolean {
    return other.done === this.done && other.label === this.label && other.fixed === this.fixed;
  }

  override toDOM(view: EditorView): HTMLElement {
    const place = document.createElement('span');
    place.className = 'md-task';
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = this.done;
    box.disabled = this.fixed;
    box.setAttribute('aria-label', this.label);
    // The text decides what the box shows, so it's changed there, and drawn again from there.
    box.addEventListener('click', (event) => {
      event.preventDefault();
      const change = toggleTaskAt(view.state, view.posAtDOM(place));
      if (change) view.dispatch(change);
    });
    // A press on the box must not put the cursor into the text, which would open a phone's keyboard.
    place.addEventListener('mousedown', (event) => event.preventDefault());
    place.append(box);
    return place;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
