/** Where a secret is typed: it can be shown, pasted, and filled by a password manager. */
import { Eye, EyeOff } from 'lucide-react';
import { type Ref, useId, useState } from 'react';
import { FieldError } from './field.tsx';
import './password-field.css';

interface PasswordFieldProps {
  readonly ref?: Ref<HTMLInputElement>;
  readonly label: string;
  /** What the button beside it says. */
  readonly eye: { readonly show: string; readonly hide: string };
  /** Password managers file a secret under a name. Left out where the form has a field for it. */
  readonly username?: string | undefined;
  readonly value: string;
  readonly purpose: 'new-password' | 'current-password';
  readonly error: string | null;
  readonly hint?: string | undefined;
  /** The id of something else that is about it. */
  readonly describedBy?: string | undefined;
  readonly onChange: (value: string) => void;
}

export function PasswordField(props: PasswordFieldProps) {
  const { ref, label, eye, username, value, purpose, error, hint, describedBy, onChange } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  const eyeLabel = shown ? eye.hide : eye.show;
  const about = [hint !== undefined && `${id}-hint`, `${id}-error`, describedBy].filter(Boolean).join(' ');
  return (
    <div className="field">
      {username !== undefined && <HiddenUsername name={username} />}
      <label htmlFor={id}>{label}</label>
      <div className="password-field">
        <input
          ref={ref}
          id={id}
          className="input"
          type={shown ? 'text' : 'password'}
          autoComplete={purpose}
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          aria-invalid={error !== null}
          aria-describedby={about}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="password-eye"
          aria-label={eyeLabel}
          title={eyeLabel}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={18} strokeWidth={1.8} aria-hidden /> : <Eye size={18} strokeWidth={1.8} aria-hidden />}
        </button>
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

function HiddenUsername({ name }: { name: string }) {
  return (
    <input
      className="visually-hidden"
      type="text"
      autoComplete="username"
      value={name}
      readOnly
      tabIndex={-1}
      aria-hidden
    />
  );
}
