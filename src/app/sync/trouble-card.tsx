/** What stopped the sync, and the one thing to do about it. */
import { Copy, KeyRound, Plug, RefreshCw, RotateCcw, TriangleAlert, Undo2, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { SyncStatus, Trouble } from '../../engine/api.ts';
import { useReconnect } from '../connect/use-reconnect.ts';
import { go } from '../navigation.ts';
import { useSatchel } from '../satchel.tsx';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { useToast } from '../ui/toasts.tsx';
import { passes, type Remedy, troubleWords } from './status-words.ts';

interface TroubleCardProps {
  readonly trouble: Trouble;
  readonly status: SyncStatus;
  readonly onSyncNow: () => void;
}

export function TroubleCard({ trouble, status, onSyncNow }: TroubleCardProps) {
  const t = useStrings();
  const language = useLanguageTag();
  const { title, body, detail, remedy } = troubleWords(t, language, trouble, status.label);
  return (
    <section className={passes(trouble) ? 'card' : 'card card-attention'} aria-label={title}>
      <TriangleAlert className="card-icon" size={26} strokeWidth={1.5} aria-hidden />
      <h2>{title}</h2>
      <p>{body}</p>
      {detail !== null && <pre className="detail">{detail}</pre>}
      <div className="actions">
        <RemedyButton remedy={remedy} status={status} onSyncNow={onSyncNow} />
        {detail !== null && <CopyDetail detail={detail} />}
        {trouble.kind === 'closed' && trouble.left > 0 && <DeleteRest />}
      </div>
    </section>
  );
}

interface RemedyButtonProps {
  readonly remedy: Remedy;
  readonly status: SyncStatus;
  readonly onSyncNow: () => void;
}

function RemedyButton({ remedy, status, onSyncNow }: RemedyButtonProps) {
  const t = useStrings();
  const { sync } = useSatchel();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const signInAgain = useReconnect();

  const putBack = async (): Promise<void> => {
    setBusy(true);
    try {
      const { kind } = await sync.putBack();
      toast({ text: kind === 'done' ? t.sync.putBackDone : t.sync.failed });
    } catch {
      toast({ text: t.sync.failed });
    } finally {
      setBusy(false);
    }
  };
  const reconnect = async (): Promise<void> => {
    setBusy(true);
    if (!(await signInAgain(status))) {
      setBusy(false);
      toast({ text: t.sync.failed });
    }
  };
  const remedies: Record<Remedy, { icon: LucideIcon; words: string; run: () => void }> = {
    reconnect: { icon: KeyRound, words: t.sync.reconnect(status.label), run: () => void reconnect() },
    finish: { icon: Plug, words: t.sync.finish, run: () => go({ page: 'connect' }) },
    'sync-now': { icon: RefreshCw, words: t.sync.syncNow, run: onSyncNow },
    'put-back': { icon: Undo2, words: busy ? t.sync.puttingBack : t.sync.putBack, run: () => void putBack() },
    reload: { icon: RotateCcw, words: t.sync.reload, run: () => location.reload() },
  };
  const { icon, words, run } = remedies[remedy];
  return (
    <Button look="primary" icon={icon} disabled={busy} onClick={run}>
      {words}
    </Button>
  );
}

/** A deletion that was cut short, or that somebody wrote beside. */
function DeleteRest() {
  const t = useStrings();
  const { sync } = useSatchel();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const deleteRest = async (): Promise<void> => {
    setBusy(true);
    const done = await sync.deleteVault().catch(() => null);
    setBusy(false);
    if (done?.kind !== 'done') toast({ text: t.sync.failed });
  };
  return (
    <Button look="danger" disabled={busy} onClick={() => void deleteRest()}>
      {t.sync.deleteRest}
    </Button>
  );
}

function CopyDetail({ detail }: { detail: string }) {
  const t = useStrings();
  const toast = useToast();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(detail);
      toast({ text: t.note.copied });
    } catch {
      toast({ text: t.note.copyFailed });
    }
  };
  return (
    <Button icon={Copy} onClick={() => void copy()}>
      {t.sync.copyDetail}
    </Button>
  );
}
