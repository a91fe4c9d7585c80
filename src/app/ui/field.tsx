/** A labelled input whose error is said in words and tied to it. */
import { type ComponentProps, useId } from 'react';
import './field.css';

interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  readonly label: string;
  readonly error?: string | null;
  readonly hint?: string;
}

export function Field({ label, error = null, hint, ...input }: FieldProps) {
  const id = useId();
  const about = [hint === undefined ? null : `${id}-hint`, error === null ? null : `${id}-error`].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className="input"
        aria-invalid={error !== null}
        aria-describedby={about.length > 0 ? about.join(' ') : undefined}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

/** Always in the page, so that a screen reader hears it when the words come. */
export function FieldError({ id, error }: { id: string; error: string | null }) {
  return (
    <p id={id} className="field-error" role="alert">
      {error}
    </p>
  );
}
