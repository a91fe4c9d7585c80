/** The filter over titles. */
import { Search, X } from 'lucide-react';
import type { Ref } from 'react';
import { useStrings } from '../strings/catalogue.ts';

interface FilterBoxProps {
  readonly ref: Ref<HTMLInputElement>;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function FilterBox({ ref, text, onChange }: FilterBoxProps) {
  const t = useStrings();
  return (
    <search className="filter-box">
      <Search size={16} strokeWidth={1.9} aria-hidden />
      <input
        ref={ref}
        type="search"
        enterKeyHint="search"
        aria-label={t.list.filter}
        placeholder={t.list.filter}
        autoComplete="off"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('');
        }}
      />
      {text !== '' && (
        <button
          type="button"
          className="filter-clear"
          aria-label={t.list.clearFilter}
          title={t.list.clearFilter}
          onClick={() => onChange('')}
        >
          <X size={15} strokeWidth={2} aria-hidden />
        </button>
      )}
    </search>
  );
}
