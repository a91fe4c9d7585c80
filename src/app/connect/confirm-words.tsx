/** Asks for three of the words, to see that they were kept. */
import { type FormEvent, useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';

const ASKED = 3;

interface ConfirmWordsProps {
  readonly words: readonly string[];
  readonly onConfirmed: () => void;
  readonly onShowAgain: () => void;
}

export function ConfirmWords({ words, onConfirmed, onShowAgain }: ConfirmWordsProps) {
  const t = useStrings();
  const [asked] = useState(() => someOf(words.length, ASKED));
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [checked, setChecked] = useState(false);
  const isRight = (index: number): boolean => fold(typed[index] ?? '') === words[index];

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (asked.every(isRight)) onConfirmed();
  };

  return (
    <form className="connect-form" onSubmit={submit} autoComplete="off">
      <div className="confirm-words">
        {asked.map((index) => (
          <Field
            key={index}
            label={t.connect.wordNumber(index + 1)}
            value={typed[index] ?? ''}
            error={checked && !isRight(index) ? t.connect.wordWrong(index + 1) : null}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => {
              setChecked(false);
              setTyped({ ...typed, [index]: event.target.value });
            }}
          />
        ))}
      </div>
      <div className="actions">
        <Button look="primary" type="submit">
          {t.connect.create}
        </Button>
        <Button look="quiet" onClick={onShowAgain}>
          {t.connect.showAgain}
        </Button>
      </div>
    </form>
  );
}

const fold = (text: string): string => text.trim().toLowerCase();

/** In order. Which ones is no secret, so any randomness will do. */
function someOf(length: number, count: number): readonly number[] {
  const left = Array.from({ length }, (_, index) => index);
  while (left.length > count) left.splice(Math.floor(Math.random() * left.length), 1);
  return left;
}
