/** Where a passphrase is typed: it can be shown, pasted, and filled by a password manager. */
import { Eye, EyeOff } from 'lucide-react';
import { type Ref, useId, useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { FieldError } from '../ui/field.tsx';

interface PassphraseFieldProps {
  readonly ref?: Ref<HTMLInputElement>;
  readonly value: string;
  readonly purpose: 'new-password' | 'current-password';
  readonly error: string | null;
  /** The id of something else that is about it. */
  readonly describedBy?: string;
  readonly onChange: (value: string) => void;
}

export function PassphraseField({ ref, value, purpose, error, describedBy, onChange }: PassphraseFieldProps) {
  const t = useStrings();
  const id = useId();
  const [shown, setShown] = useState(false);
  const label = shown ? t.connect.hide : t.connect.show;
  return (
    <div className="field">
      {/* Password managers file a secret under a name. */}
      <input
        className="visually-hidden"
        type="text"
        autoComplete="username"
        value={t.connect.passphraseUser}
        readOnly
        tabIndex={-1}
        aria-hidden
      />
      <label htmlFor={id}>{t.connect.passphrase}</label>
      <div className="passphrase">
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
          aria-describedby={[`${id}-error`, describedBy].filter(Boolean).join(' ')}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="passphrase-eye"
          aria-label={label}
          title={label}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={18} strokeWidth={1.8} aria-hidden /> : <Eye size={18} strokeWidth={1.8} aria-hidden />}
        </button>
      </div>
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}
