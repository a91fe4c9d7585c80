/** The second step of signing in, by an authenticator app: switching it on, which has to be proved, and off. */
import { Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Refusal } from '../../../engine/account-api.ts';
import { AccountForm } from '../../connect/account/account-form.tsx';
import { useSatchel } from '../../satchel.tsx';
import { useStrings } from '../../strings/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { QrCode } from './qr-code.tsx';
import { Refused } from './refused.tsx';
import { failed, useChange } from './use-account.ts';

interface TotpDialogProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

type NewTotp = { readonly kind: 'totp'; readonly secret: string; readonly address: string } | Refusal;

export function TotpOnDialog({ onClose, onChanged }: TotpDialogProps) {
  const t = useStrings();
  const words = t.account;
  const { sync } = useSatchel();
  const toast = useToast();
  const [made, setMade] = useState<NewTotp | null>(null);
  const { working, refusal, change } = useChange();
  useEffect(() => {
    let wanted = true;
    void sync
      .newTotp()
      .catch(failed)
      .then((answer) => wanted && setMade(answer));
    return () => {
      wanted = false;
    };
  }, [sync]);
  const proved = (): void => {
    onClose();
    onChanged();
    toast({ text: words.turnedOn });
  };
  return (
    <Dialog open onClose={onClose} title={words.turnOnTitle} description={words.turnOnBody}>
      {made?.kind === 'totp' ? (
        <>
          <QrCode text={made.address} label={words.qr} />
          <Key secret={made.secret} />
          <AccountForm
            fields={['code']}
            submit={words.prove}
            submitting={words.proving}
            working={working}
            refusal={refusal}
            refusedWords={{ WrongCode: words.wrongTotp }}
            cancel={onClose}
            onSubmit={({ code }) => change({ change: 'prove-totp', code }, proved)}
          />
        </>
      ) : (
        <>
          <output className="dialog-text">{made === null && words.making}</output>
          <Refused refusal={made} />
          <div className="dialog-actions">
            <Button onClick={onClose}>{t.app.close}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

/** For those whose authenticator app is on this very device, or who can't scan. */
function Key({ secret }: { secret: string }) {
  const t = useStrings();
  const toast = useToast();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret);
      toast({ text: t.note.copied });
    } catch {
      toast({ text: t.note.copyFailed });
    }
  };
  return (
    <div className="totp-key">
      {/* In groups, which are easier to read off; copied it is one word. */}
      <code aria-label={t.account.key} translate="no">
        {secret.match(/.{1,4}/g)?.join(' ')}
      </code>
      <Button icon={Copy} onClick={() => void copy()}>
        {t.account.copyKey}
      </Button>
    </div>
  );
}

export function TotpOffDialog({ onClose, onChanged }: TotpDialogProps) {
  const t = useStrings();
  const toast = useToast();
  const { working, refusal, change } = useChange();
  const removed = (): void => {
    onClose();
    onChanged();
    toast({ text: t.account.turnedOff });
  };
  return (
    <Dialog open onClose={onClose} title={t.account.turnOffTitle} description={t.account.turnOffBody}>
      <Refused refusal={refusal} />
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="primary" disabled={working} onClick={() => change({ change: 'remove-totp' }, removed)}>
          {t.account.turnOffGo}
        </Button>
      </div>
    </Dialog>
  );
}
