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

  const add = (typed: string): void => {
    const tag = typed.trim().replace(/^#+/, '');
    if (tag !== '') onAdd(tag);
  };
  const addAndLeave = (typed: string): void => {
    add(typed);
    onDone(true);
  };

  return (
    // Leaving the field as a whole adds what was typed; the box itself takes no focus.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="tag-form"
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        add(text);
        onDone(false);
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
        onValueChange={(value, { reason }) => {
          if (reason === 'item-press') addAndLeave(value);
          else if (value.endsWith(',')) addAndLeave(value.slice(0, -1));
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
            if (event.key === 'Escape') onDone(true);
            // With the list in place Enter is for choosing from it; here it also takes what was typed.
            if (event.key === 'Enter' && !highlighted.current) {
              event.preventDefault();
              addAndLeave(text);
            }
          }}
        />
        {/* In place, not in a portal: a portal hides the rest of the page from screen readers, the field with it. */}
        <Autocomplete.List className="popup tag-popup">
          {(tag: string) => (
            <Autocomplete.Item key={tag} value={tag} className="popup-item">
              {tag}
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </div>
  );
}
