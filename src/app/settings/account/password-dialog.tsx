/** Changing the password of the account. */
import { AccountForm } from '../../connect/account/account-form.tsx';
import { useStrings } from '../../strings/catalogue.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { useChange } from './use-account.ts';

export function PasswordDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const { account: t } = useStrings();
  const toast = useToast();
  const { working, refusal, change } = useChange();
  const changed = (): void => {
    onClose();
    toast({ text: t.changed });
  };
  return (
    <Dialog open onClose={onClose} title={t.changeTitle} description={t.changeBody}>
      <AccountForm
        fields={['password', 'new-password']}
        email={email}
        labels={{ password: t.currentPassword }}
        hints={{ 'new-password': t.passwordHint }}
        submit={t.change}
        submitting={t.changing}
        working={working}
        refusal={refusal}
        refusedWords={{ WrongPassword: t.wrongCurrent }}
        cancel={onClose}
        onSubmit={(values) =>
          change({ change: 'password', from: values.password, to: values['new-password'] }, changed)
        }
      />
    </Dialog>
  );
}
