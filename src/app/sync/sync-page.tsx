/** What waits, what failed, and what to do about it. */
import { Cloud, CloudOff, RefreshCw, Unplug } from 'lucide-react';
import { useState } from 'react';
import type { SyncStatus } from '../../engine/api.ts';
import { fullDate } from '../dates.ts';
import { useSatchel } from '../satchel.tsx';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import type { Strings } from '../strings/en.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Page, Row, Section } from '../ui/page.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { useToast } from '../ui/toasts.tsx';
import { OtherVaultsCard } from './other-vaults-card.tsx';
import { MOOD_ICONS } from './sync-indicator.tsx';
import { syncWords } from './status-words.ts';
import { TroubleCard } from './trouble-card.tsx';
import { hasUnread, UnreadSection } from './unread-section.tsx';
import { useSyncState } from './use-sync-state.ts';
import { WaitingSection } from './waiting-section.tsx';
import './sync-page.css';

export default function SyncPage({ onMenu }: { onMenu: (() => void) | null }) {
  const t = useStrings();
  const state = useSyncState();
  return (
    <Page title={t.sync.page} onMenu={onMenu}>
      {state &&
        (state.status ? <Connected status={state.status} waiting={state.waiting} now={state.now} /> : <OnlyHere />)}
    </Page>
  );
}

function OnlyHere() {
  const t = useStrings();
  return (
    <div className="card">
      <CloudOff className="card-icon" size={26} strokeWidth={1.5} aria-hidden />
      <h2>{t.sync.localTitle}</h2>
      <p>{t.sync.localBody}</p>
      <div className="actions">
        <RouteLink className="button button-primary" to={{ page: 'connect' }}>
          <Cloud size={17} strokeWidth={1.9} aria-hidden />
          {t.sync.connect}
        </RouteLink>
      </div>
    </div>
  );
}

function Connected({ status, waiting, now }: { status: SyncStatus; waiting: number; now: number }) {
  const t = useStrings();
  const language = useLanguageTag();
  const { sync } = useSatchel();
  const toast = useToast();
  const [leaving, setLeaving] = useState(false);
  const words = syncWords(t, language, { status, waiting, now });
  const Icon = MOOD_ICONS[words.mood];
  const syncNow = (): void => void sync.syncNow().catch(() => toast({ text: t.sync.failed }));

  return (
    <>
      {status.trouble ? (
        <TroubleCard trouble={status.trouble} status={status} onSyncNow={syncNow} />
      ) : (
        <div className="card sync-card">
          <span className={`sync-card-icon sync-${words.mood}`}>
            <Icon size={22} strokeWidth={1.7} aria-hidden />
          </span>
          <div>
            <h2>{words.text}</h2>
            <p>{bodyOf(t, status, waiting)}</p>
          </div>
          <Button icon={RefreshCw} disabled={words.mood === 'busy'} onClick={syncNow}>
            {t.sync.syncNow}
          </Button>
        </div>
      )}
      <OtherVaultsCard status={status} />
      {waiting > 0 && <WaitingSection waiting={waiting} />}
      <UnreadSection unread={status.unread} />
      <Section title={t.sync.storage}>
        <Row name={t.sync.place}>{status.label}</Row>
        <Row name={t.sync.account}>{status.account}</Row>
        <Row name={t.sync.lastSynced}>
          {status.lastSynced === null ? t.sync.never : fullDate(language, status.lastSynced)}
        </Row>
      </Section>
      <div className="actions">
        <Button icon={Unplug} onClick={() => setLeaving(true)}>
          {t.sync.disconnect}
        </Button>
      </div>
      <DisconnectDialog open={leaving} status={status} waiting={waiting} onClose={() => setLeaving(false)} />
    </>
  );
}

function bodyOf(t: Strings, { label, unread }: SyncStatus, waiting: number): string {
  if (waiting > 0) return t.sync.bodyWaiting(label);
  return hasUnread(unread) ? t.sync.bodyUnread(label) : t.sync.bodyGood(label);
}

interface DisconnectDialogProps {
  readonly open: boolean;
  readonly status: SyncStatus;
  readonly waiting: number;
  readonly onClose: () => void;
}

function DisconnectDialog({ open, status, waiting, onClose }: DisconnectDialogProps) {
  const t = useStrings();
  const { label, trouble } = status;
  const isVaultGone = trouble?.kind === 'closed' || trouble?.kind === 'emptied';
  const { sync } = useSatchel();
  const toast = useToast();
  const disconnect = async (): Promise<void> => {
    onClose();
    try {
      await sync.disconnect();
      toast({ text: t.sync.disconnected(label) });
    } catch {
      toast({ text: t.sync.failed });
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t.sync.disconnectTitle(label)}
      description={isVaultGone ? t.sync.disconnectBodyNoVault(label) : t.sync.disconnectBody(label)}
    >
      {waiting > 0 && <p className="dialog-text">{t.sync.disconnectWaiting(waiting)}</p>}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="primary" onClick={() => void disconnect()}>
          {t.sync.disconnect}
        </Button>
      </div>
    </Dialog>
  );
}
