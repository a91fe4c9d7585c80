/** Leaving the account: signing out here or everywhere, and deleting it, which is asked twice. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useStrings } from '../../strings/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { Refused } from './refused.tsx';
import { useChange } from './use-account.ts';

interface LeavingDialogProps {
  readonly label: string;
  readonly onClose: () => void;
}

export function SignOutDialog({ label, onClose }: LeavingDialogProps) {
  const t = useStrings();
  const words = t.account;
  const toast = useToast();
  const { working, refusal, change } = useChange();
  const signOut = (everywhere: boolean): void =>
    change({ change: 'sign-out', everywhere }, () => {
      onClose();
      toast({ text: everywhere ? words.signedOutEverywhere : words.signedOutHere });
    });
  return (
    <Dialog open onClose={onClose} title={words.signOutTitle(label)} description={words.signOutBody}>
      <p className="dialog-text">{words.signOutEverywhereBody}</p>
      <Refused refusal={refusal} />
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button disabled={working} onClick={() => signOut(true)}>
          {words.signOutEverywhere}
        </Button>
        <Button look="primary" disabled={working} onClick={() => signOut(false)}>
          {words.signOutHere}
        </Button>
      </div>
    </Dialog>
  );
}

interface DeleteAccountDialogProps extends LeavingDialogProps {
  readonly email: string;
}

export function DeleteAccountDialog({ label, email, onClose }: DeleteAccountDialogProps) {
  const { account: t } = useStrings();
  const [sure, setSure] = useState(false);
  return (
    <Dialog
      open
      onClose={onClose}
      title={sure ? t.removeSure : t.removeTitle(label)}
      description={sure ? t.removeSureBody(email) : t.removeBody}
    >
      {sure ? <LastQuestion onClose={onClose} /> : <FirstQuestion onClose={onClose} onAgreed={() => setSure(true)} />}
    </Dialog>
  );
}

function FirstQuestion({ onClose, onAgreed }: { onClose: () => void; onAgreed: () => void }) {
  const t = useStrings();
  const words = t.account;
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim().toLowerCase() === words.removeWord) onAgreed();
    else setError(words.removeWrong(words.removeWord));
  };
  return (
    <>
      <p className="dialog-text">{words.removeKeeps}</p>
      <form className="dialog-form" onSubmit={submit}>
        <Field
          label={words.removeConfirm(words.removeWord)}
          value={typed}
          error={error}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setError(null);
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.app.cancel}</Button>
          <Button look="danger" type="submit">
            {words.removeNext}
          </Button>
        </div>
      </form>
    </>
  );
}

function LastQuestion({ onClose }: { onClose: () => void }) {
  const t = useStrings();
  const words = t.account;
  const toast = useToast();
  const { working, refusal, change } = useChange();
  const harmless = useRef<HTMLButtonElement>(null);
  // What had the focus is gone with the first question.
  useEffect(() => harmless.current?.focus(), []);
  const remove = (): void =>
    change({ change: 'delete' }, () => {
      onClose();
      toast({ text: words.removed });
    });
  return (
    <>
      <Refused refusal={refusal} />
      <div className="dialog-actions">
        <Button ref={harmless} onClick={onClose}>
          {t.app.cancel}
        </Button>
        <Button look="danger" disabled={working} onClick={remove}>
          {working ? words.removing : words.removeGo}
        </Button>
      </div>
    </>
  );
}
