/** Joining the vault that was found, by its passphrase or its recovery words. Nothing crosses before the person agrees. */
import { type FormEvent, useId, useState } from 'react';
import type { Found, Secret, Trouble, UnlockResult } from '../../engine/api.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import type { Strings } from '../strings/en.ts';
import { Button } from '../ui/button.tsx';
import { FieldError } from '../ui/field.tsx';
import { Segments } from '../ui/segments.tsx';
import { PassphraseField } from './passphrase-field.tsx';
import { StepCard } from './step-card.tsx';
import { Working } from './working.tsx';

interface UnlockVaultProps {
  readonly found: Found & { readonly kind: 'vault' };
  readonly onDone: () => void;
  readonly onOtherVault: () => void;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onStop: () => void;
  /** In place of joining the vault of the connection that is being made. */
  readonly unlockWith?: (secret: Secret) => Promise<UnlockResult>;
}

type SecretKind = 'passphrase' | 'words';

export function UnlockVault({ found, onDone, onOtherVault, onTrouble, onStop, unlockWith }: UnlockVaultProps) {
  const t = useStrings();
  const { sync } = useSatchel();
  const [kind, setKind] = useState<SecretKind>('passphrase');
  const [text, setText] = useState('');
  const [agreed, setAgreed] = useState(false);
  const [errors, setErrors] = useState<{ secret: string | null; consent: string | null }>(NO_ERRORS);
  const [working, setWorking] = useState(false);
  const asks = found.otherVault || found.localNotes > 0;

  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const missing = kind === 'passphrase' ? t.connect.passphraseMissing : t.connect.wordsMissing;
    const secret = text.trim() === '' ? missing : null;
    const consent = asks && !agreed ? t.connect.mergeNeeded : null;
    setErrors({ secret, consent });
    if (secret !== null || consent !== null) return;
    setWorking(true);
    try {
      const result = await (unlockWith ? unlockWith({ kind, text }) : sync.unlock({ kind, text }));
      switch (result.kind) {
        case 'open':
          return onDone();
        case 'trouble':
          return onTrouble(result.trouble);
        case 'other-vault':
          return onOtherVault();
        case 'wrong-secret':
        case 'not-words':
          setErrors({ secret: wrongWords(t, kind, result), consent: null });
      }
    } catch (error) {
      return onTrouble({ kind: 'bug', detail: String(error) });
    }
    setWorking(false);
  };

  if (working) return <Working words={t.connect.unlocking} />;
  return (
    <StepCard
      title={found.otherVault ? t.connect.otherVaultTitle : t.connect.unlockTitle}
      body={found.otherVault ? t.connect.otherVaultBody(found.localNotes) : t.connect.unlockBody}
      account={found.account}
      onStop={onStop}
    >
      <form className="connect-form" onSubmit={(event) => void unlock(event)}>
        <Segments
          label={t.connect.secretKind}
          value={kind}
          choices={[
            { value: 'passphrase', name: t.connect.usePassphrase },
            { value: 'words', name: t.connect.useWords },
          ]}
          onChange={(next) => {
            setKind(next);
            setText('');
            setErrors(NO_ERRORS);
          }}
        />
        {kind === 'passphrase' ? (
          <PassphraseField
            value={text}
            purpose="current-password"
            error={errors.secret}
            onChange={(value) => {
              setText(value);
              setErrors({ ...errors, secret: null });
            }}
          />
        ) : (
          <WordsField
            value={text}
            error={errors.secret}
            onChange={(value) => {
              setText(value);
              setErrors({ ...errors, secret: null });
            }}
          />
        )}
        {asks && (
          <MergeQuestion
            found={found}
            agreed={agreed}
            error={errors.consent}
            onChange={(next) => {
              setAgreed(next);
              setErrors({ ...errors, consent: null });
            }}
          />
        )}
        <div className="actions">
          <Button look="primary" type="submit">
            {t.connect.unlock}
          </Button>
        </div>
      </form>
    </StepCard>
  );
}

const NO_ERRORS = { secret: null, consent: null };

function wrongWords(t: Strings, kind: SecretKind, result: UnlockResult): string {
  if (result.kind === 'not-words') return t.connect.notWords;
  return kind === 'passphrase' ? t.connect.wrongPassphrase : t.connect.wrongWords;
}

interface WordsFieldProps {
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

function WordsField({ value, error, onChange }: WordsFieldProps) {
  const t = useStrings();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t.connect.words}</label>
      <textarea
        id={id}
        className="input"
        rows={3}
        value={value}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={error !== null}
        aria-describedby={`${id}-hint ${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className="field-hint">
        {t.connect.wordsHint}
      </p>
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

interface MergeQuestionProps {
  readonly found: Found & { readonly kind: 'vault' };
  readonly agreed: boolean;
  readonly error: string | null;
  readonly onChange: (agreed: boolean) => void;
}

function MergeQuestion({ found, agreed, error, onChange }: MergeQuestionProps) {
  const t = useStrings();
  const id = useId();
  return (
    <div className="merge">
      {!found.otherVault && <p id={`${id}-about`}>{t.connect.mergeNotice(found.localNotes)}</p>}
      <label className="tick">
        <input
          type="checkbox"
          checked={agreed}
          aria-invalid={error !== null}
          aria-describedby={found.otherVault ? `${id}-error` : `${id}-about ${id}-error`}
          onChange={(event) => onChange(event.target.checked)}
        />
        {found.otherVault ? t.connect.otherVaultAgree : t.connect.mergeAsk(found.localNotes)}
      </label>
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}
