/** Where the vault's passphrase is typed. */
import type { Ref } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { PasswordField } from '../ui/password-field.tsx';

interface PassphraseFieldProps {
  readonly ref?: Ref<HTMLInputElement>;
  readonly value: string;
  readonly purpose: 'new-password' | 'current-password';
  readonly error: string | null;
  /** The id of something else that is about it. */
  readonly describedBy?: string;
  readonly onChange: (value: string) => void;
}

export function PassphraseField(props: PassphraseFieldProps) {
  const t = useStrings();
  return (
    <PasswordField
      {...props}
      label={t.connect.passphrase}
      eye={{ show: t.connect.show, hide: t.connect.hide }}
      username={t.connect.passphraseUser}
    />
  );
}
