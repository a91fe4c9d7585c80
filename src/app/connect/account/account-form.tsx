/** A form of an account: asks for a few things, and says what is wrong right beside them. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Refusal } from '../../../engine/account-api.ts';
import { useStrings } from '../../strings/catalogue.ts';
import type { Strings } from '../../strings/en.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { PasswordField } from '../../ui/password-field.tsx';
import { asSent, type FieldName, missingWords, refusalWords } from './refusal-words.ts';

const EMPTY: Readonly<Record<FieldName, string>> = {
  email: '',
  password: '',
  'new-password': '',
  code: '',
  address: '',
};

type Words = Partial<Record<FieldName, string>>;

interface AccountFormProps {
  /** In the order in which they are shown. */
  readonly fields: readonly FieldName[];
  /** Filled in, or, where the form has no field for it, the name that password managers file the password under. */
  readonly email?: string;
  /** What is typed as the address, as it is typed. */
  readonly onEmail?: (email: string) => void;
  readonly labels?: Words;
  readonly hints?: Words;
  readonly submit: string;
  /** In place of `submit` while the answer is on its way. */
  readonly submitting: string;
  readonly working: boolean;
  readonly refusal: Refusal | null;
  /** The form's own words for some of the reasons. */
  readonly refusedWords?: Partial<Record<Refusal['reason'], string>>;
  /** What else can be done, right after the button that sends it. */
  readonly beside?: ReactNode;
  /** In a dialog its buttons stand at the end, after this one. */
  readonly cancel?: () => void;
  readonly onSubmit: (values: Readonly<Record<FieldName, string>>) => void;
}

export function AccountForm(props: AccountFormProps) {
  const { fields, email = '', labels = {}, hints = {}, working, refusal, refusedWords, cancel, onSubmit } = props;
  const t = useStrings();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState({ ...EMPTY, email });
  const [missing, setMissing] = useState<Words>({});
  /** What was said about values that have changed since isn't true any more. */
  const [outdated, setOutdated] = useState<Refusal | null>(null);
  const said = refusal && refusal !== outdated ? refusalWords(t, refusal, fields, refusedWords) : null;
  const errors: Words = { ...missing, ...(said?.field && { [said.field]: said.words }) };

  // A new answer, or a new look at what is missing: on to the first thing that has to be seen to.
  useEffect(() => {
    if (refusal === null && Object.keys(missing).length === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"], .form-refused:not(:empty)')?.focus();
  }, [refusal, missing]);

  return (
    <form
      ref={form}
      className={cancel ? 'dialog-form' : 'connect-form'}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (working) return;
        const lacking = missingWords(t, fields, values);
        setMissing(lacking);
        if (Object.keys(lacking).length === 0) onSubmit(asSent(values));
      }}
    >
      <div className="alert form-refused" role="alert" tabIndex={-1}>
        {said && said.field === null && (
          <>
            <p>{said.words}</p>
            {said.detail !== null && <pre className="detail">{said.detail}</pre>}
          </>
        )}
      </div>
      {fields.map((name) => (
        <Asked
          key={name}
          name={name}
          label={labels[name] ?? labelOf(t, name)}
          hint={hints[name]}
          // A password manager is told which address the password is for.
          username={fields.includes('email') ? undefined : email}
          newcomer={!fields.includes('password')}
          value={values[name]}
          error={errors[name] ?? null}
          onChange={(value) => {
            setValues({ ...values, [name]: value });
            if (name === 'email') props.onEmail?.(value);
            setMissing({});
            setOutdated(refusal);
          }}
        />
      ))}
      <div className={cancel ? 'dialog-actions' : 'actions'}>
        {cancel && <Button onClick={cancel}>{t.app.cancel}</Button>}
        <Button look="primary" type="submit" aria-disabled={working}>
          {working ? props.submitting : props.submit}
        </Button>
        {props.beside}
      </div>
    </form>
  );
}

function labelOf(t: Strings, name: FieldName): string {
  return name === 'new-password' ? t.account.newPassword : t.account[name];
}

interface AskedProps {
  readonly name: FieldName;
  readonly label: string;
  readonly hint: string | undefined;
  readonly username: string | undefined;
  /** The form isn't for somebody whose password is filed already. */
  readonly newcomer: boolean;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

function Asked({ name, label, hint, username, newcomer, value, error, onChange }: AskedProps): ReactNode {
  const t = useStrings();
  const plain = {
    label,
    value,
    error,
    ...(hint !== undefined && { hint }),
    autoCapitalize: 'none',
    spellCheck: false,
    onChange: (event: { readonly target: HTMLInputElement }) => onChange(event.target.value),
  } as const;
  switch (name) {
    case 'email':
      return <Field {...plain} type="email" inputMode="email" autoComplete={newcomer ? 'email' : 'username'} />;
    case 'code':
      return <Field {...plain} type="text" inputMode="numeric" autoComplete="one-time-code" />;
    case 'address':
      return <Field {...plain} type="url" inputMode="url" autoComplete="off" />;
    case 'password':
    case 'new-password':
      return (
        <PasswordField
          label={label}
          eye={{ show: t.account.showPassword, hide: t.account.hidePassword }}
          username={username}
          value={value}
          purpose={name === 'password' ? 'current-password' : 'new-password'}
          error={error}
          hint={hint}
          onChange={onChange}
        />
      );
  }
}
