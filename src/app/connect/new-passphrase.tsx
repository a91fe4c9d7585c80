/** Choosing a passphrase, with its strength in words. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { PassphraseField } from './passphrase-field.tsx';

const SHORTEST = 10;
/** zxcvbn's score from which a passphrase withstands somebody who has the sealed files at home. */
const WEAKEST = 2;

export function NewPassphrase({ onChosen }: { onChosen: (passphrase: string) => void }) {
  const t = useStrings();
  const [passphrase, setPassphrase] = useState('');
  const [error, setError] = useState<string | null>(null);
  const strength = useStrength(passphrase);
  const field = useRef<HTMLInputElement>(null);
  const meter = useId();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const problem =
      passphrase.length < SHORTEST
        ? t.connect.tooShort(SHORTEST)
        : strength !== null && strength < WEAKEST
          ? t.connect.tooWeak
          : null;
    setError(problem);
    if (problem === null) onChosen(passphrase);
    else field.current?.focus();
  };

  return (
    <form className="connect-form" onSubmit={submit}>
      <PassphraseField
        ref={field}
        value={passphrase}
        purpose="new-password"
        error={error}
        describedBy={meter}
        onChange={(value) => {
          setPassphrase(value);
          setError(null);
        }}
      />
      <div className="strength" id={meter}>
        <div
          className="strength-bar"
          data-score={strength ?? undefined}
          style={{ '--score': passphrase === '' ? 0 : (strength ?? 0) + 1 }}
        />
        <output>
          {passphrase === '' || strength === null
            ? t.connect.strengthHint
            : t.connect.strengthIs(t.connect.strength[strength] ?? '')}
        </output>
      </div>
      <div className="actions">
        <Button look="primary" type="submit">
          {t.connect.next}
        </Button>
      </div>
    </form>
  );
}

/** Null while it isn't known: nothing typed, or the word lists are still on their way. */
function useStrength(passphrase: string): number | null {
  const [judged, setJudged] = useState<{ passphrase: string; score: number } | null>(null);
  useEffect(() => {
    let wanted = true;
    // Without the lists only the length counts; they come with the app, so this is rare.
    import('./strength.ts')
      .then(({ strengthOf }) => wanted && setJudged({ passphrase, score: strengthOf(passphrase) }))
      .catch(() => {});
    return () => {
      wanted = false;
    };
  }, [passphrase]);
  return passphrase === '' ? null : (judged?.score ?? null);
}
