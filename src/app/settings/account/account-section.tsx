/** The account that this device is signed in with, where the storage has accounts. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { AccountShown, Refusal } from '../../../engine/account-api.ts';
import type { SyncStatus } from '../../../engine/api.ts';
import { refusalWords } from '../../connect/account/refusal-words.ts';
import { useReconnect } from '../../connect/use-reconnect.ts';
import { useLive } from '../../satchel.tsx';
import { useStrings } from '../../strings/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { Row, Section } from '../../ui/page.tsx';
import { DeleteAccountDialog, SignOutDialog } from './leaving-dialogs.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { TotpOffDialog, TotpOnDialog } from './totp-dialogs.tsx';
import { useAccount } from './use-account.ts';
import './account.css';

/** Nothing where no storage is connected, or one that has no accounts of Satchel's. */
export function AccountSection() {
  const status = useLive((queries) => queries.status(), []);
  if (status?.access !== 'account') return null;
  // Another login, or one that has ended, is asked about anew.
  return <Account key={`${status.account} ${status.trouble?.kind === 'sign-in'}`} status={status} />;
}

type Task = 'password' | 'totp' | 'sign-out' | 'delete';

function Account({ status }: { status: SyncStatus }) {
  const { account: t } = useStrings();
  const [task, setTask] = useState<Task | null>(null);
  const { account, ask } = useAccount();
  const { label } = status;
  const close = (): void => setTask(null);
  const known = account?.kind === 'account' ? account : null;
  const email = known?.email ?? status.account;
  return (
    <Section title={t.section}>
      <Row name={t.email}>{email}</Row>
      {account?.kind === 'refused' && <NotKnown refusal={account} status={status} onAgain={() => void ask()} />}
      <Row name={t.password} about={t.passwordAbout}>
        <Button disabled={known === null} onClick={() => setTask('password')}>
          {t.changePassword}
        </Button>
      </Row>
      <Row name={t.twoStep} about={twoStepWords(t, account)}>
        {known && <Button onClick={() => setTask('totp')}>{known.totp ? t.turnOff : t.turnOn}</Button>}
      </Row>
      <Row name={t.signOut} about={t.signOutAbout}>
        <Button onClick={() => setTask('sign-out')}>{t.signOutOpen}</Button>
      </Row>
      <Row name={t.remove} about={t.removeAbout}>
        <Button look="danger" icon={Trash2} disabled={known === null} onClick={() => setTask('delete')}>
          {t.removeOpen}
        </Button>
      </Row>
      {task === 'password' && <PasswordDialog email={email} onClose={close} />}
      {task === 'totp' &&
        (known?.totp ? (
          <TotpOffDialog onClose={close} onChanged={() => void ask()} />
        ) : (
          <TotpOnDialog onClose={close} onChanged={() => void ask()} />
        ))}
      {task === 'sign-out' && <SignOutDialog label={label} onClose={close} />}
      {task === 'delete' && <DeleteAccountDialog label={label} email={email} onClose={close} />}
    </Section>
  );
}

function twoStepWords(t: ReturnType<typeof useStrings>['account'], account: AccountShown | Refusal | null): string {
  if (account === null) return t.loading;
  if (account.kind === 'refused') return t.twoStepUnknown;
  return account.totp ? t.twoStepOn : t.twoStepOff;
}

interface NotKnownProps {
  readonly refusal: Refusal;
  readonly status: SyncStatus;
  readonly onAgain: () => void;
}

/** The cloud couldn't be asked: why, and what to do about it. */
function NotKnown({ refusal, status, onAgain }: NotKnownProps) {
  const t = useStrings();
  const signInAgain = useReconnect();
  const { words, detail } = refusalWords(t, refusal, []);
  return (
    <div className="row">
      <div className="row-words" role="alert">
        <p className="row-alert">{words}</p>
        {detail !== null && <pre className="detail">{detail}</pre>}
      </div>
      {refusal.reason === 'SignedOut' ? (
        <Button look="primary" onClick={() => void signInAgain(status)}>
          {t.account.signIn}
        </Button>
      ) : (
        <Button onClick={onAgain}>{t.app.tryAgain}</Button>
      )}
    </div>
  );
}
