/** Where a tag is typed, completed from the ones there are. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { useRef, useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import '../ui/popup.css';

interface TagInputProps {
  /** Tags that could be added, for completion. */
  readonly known: readonly string[];
  readonly onAdd: (tag: string) => void;
  /** @param refocus whether the focus has nowhere to go by itself. */
  readonly onDone: (refocus: boolean) => void;
}

export default function TagInput({ known, onAdd, onDone }: TagInputProps) {
  const t = useStrings();
  const [text, setText] = useState('');
  const highlighted = useRef(false);

  // Taking the field away makes it lose the focus, which isn't another answer.
  const answered = useRef(false);

  const answer = (typed: string, refocus: boolean): void => {
    if (answered.current) return;
    answered.current = true;
    const tag = typed.trim().replace(/^#+/, '');
    if (tag !== '') onAdd(tag);
    onDone(refocus);
  };

  return (
    // Leaving the field as a whole adds what was typed; the box itself takes no focus.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="tag-form"
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        answer(text, false);
      }}
    >
      <Autocomplete.Root
        items={known}
        value={text}
        onItemHighlighted={(tag) => {
          highlighted.current = tag !== undefined;
        }}
        inline
        open
        onValueChange={(value) => {
          if (value.endsWith(',')) answer(value.slice(0, -1), true);
          else setText(value);
        }}
      >
        <Autocomplete.Input
          className="tag-input"
          aria-label={t.note.tagInput}
          placeholder={t.note.tagPlaceholder}
          // The person just pressed "Add tag".
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          autoCapitalize="none"
          enterKeyHint="done"
          maxLength={60}
          onKeyDown={(event) => {
            if (event.key === 'Escape') answer('', true);
            if (event.key !== 'Enter') return;
            // The focus goes to the button behind the field, which must not be pressed by the same key.
            event.preventDefault();
            // With the list in place Enter is for choosing from it; here it also takes what was typed.
            if (!highlighted.current) answer(text, true);
          }}
        />
        {/* In place, not in a portal: a portal hides the rest of the page from screen readers, the field with it. */}
        <Autocomplete.List className="popup tag-popup">
          {(tag: string) => (
            <Autocomplete.Item key={tag} value={tag} className="popup-item" onClick={() => answer(tag, true)}>
              {tag}
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </div>
  );
}
