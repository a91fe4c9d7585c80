/** Two vaults in one storage: going over to the one that counts, and removing what is left of the other. */
import { CopyX, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { SyncStatus } from '../../engine/api.ts';
import { UnlockVault } from '../connect/unlock-vault.tsx';
import { useLive, useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toasts.tsx';
import '../connect/connect.css';

export function OtherVaultsCard({ status }: { status: SyncStatus }) {
  const { counts, left } = status.vaults;
  if (counts) return <GoOver status={status} />;
  return left && <Left left={left} label={status.label} />;
}

function GoOver({ status }: { status: SyncStatus }) {
  const t = useStrings();
  const { sync } = useSatchel();
  const toast = useToast();
  const sidebar = useLive((queries) => queries.sidebar(), []);
  const [unlocking, setUnlocking] = useState(false);
  const title = t.sync.twoVaultsTitle(status.label);
  if (unlocking) {
    return (
      <UnlockVault
        found={{
          kind: 'vault',
          account: status.account,
          vaultId: '',
          otherVault: true,
          localNotes: sidebar?.counts.all ?? 0,
        }}
        unlockWith={(secret) => sync.unlockOther(secret)}
        onDone={() => {
          setUnlocking(false);
          toast({ text: t.sync.twoVaultsMoved });
        }}
        onOtherVault={() => setUnlocking(false)}
        onTrouble={() => {
          setUnlocking(false);
          toast({ text: t.sync.failed });
        }}
        onStop={() => setUnlocking(false)}
      />
    );
  }
  return (
    <section className="card card-attention" aria-label={title}>
      <CopyX className="card-icon" size={26} strokeWidth={1.5} aria-hidden />
      <h2>{title}</h2>
      <p>{t.sync.twoVaultsBody}</p>
      <div className="actions">
        <Button look="primary" onClick={() => setUnlocking(true)}>
          {t.sync.twoVaultsUnlock}
        </Button>
      </div>
    </section>
  );
}

function Left({ left, label }: { left: NonNullable<SyncStatus['vaults']['left']>; label: string }) {
  const t = useStrings();
  const { sync } = useSatchel();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const title = t.sync.leftTitle(label);
  const remove = async (): Promise<void> => {
    setAsking(false);
    const result = await sync.removeOther().catch(() => null);
    const words = { done: t.sync.leftDeleted, unread: t.sync.leftUnread, waiting: t.sync.leftWaiting };
    toast({ text: result && result.kind !== 'trouble' ? words[result.kind] : t.sync.failed });
  };
  const words = { ready: t.sync.leftBody, unread: t.sync.leftUnread, waiting: t.sync.leftWaiting };
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <p>{words[left]}</p>
      {left === 'ready' && (
        <div className="actions">
          <Button icon={Trash2} onClick={() => setAsking(true)}>
            {t.sync.leftDelete}
          </Button>
        </div>
      )}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t.sync.leftDeleteTitle(label)}
        description={t.sync.leftDeleteBody}
      >
        <div className="dialog-actions">
          <Button onClick={() => setAsking(false)}>{t.app.cancel}</Button>
          <Button look="danger" onClick={() => void remove()}>
            {t.sync.leftDelete}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}
