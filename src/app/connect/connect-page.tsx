/** Connecting a storage: choosing, then a new vault, or the one that was found there. */
import { CircleCheck, RefreshCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Found, Trouble } from '../../engine/api.ts';
import { go } from '../navigation.ts';
import { useLive, useSatchel } from '../satchel.tsx';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { troubleWords } from '../sync/status-words.ts';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { AccountSteps } from './account/account-steps.tsx';
import { BeginTrouble } from './account/begin-trouble.tsx';
import { ChooseProvider } from './choose-provider.tsx';
import { NewVault } from './new-vault.tsx';
import { StepCard } from './step-card.tsx';
import { UnlockVault } from './unlock-vault.tsx';
import { connectingLabel } from './use-consent.ts';
import { type Connecting, useConnecting } from './use-connecting.ts';
import { Working } from './working.tsx';
import './connect.css';

export default function ConnectPage({ onMenu }: { onMenu: (() => void) | null }) {
  const t = useStrings();
  const connection = useConnecting();
  return (
    <Page title={t.connect.page} onMenu={onMenu}>
      <Step {...connection} />
    </Page>
  );
}

function Step({
  connecting,
  look,
  setSigning,
  setTrouble,
  setDone,
  stop,
}: ReturnType<typeof useConnecting>): ReactNode {
  switch (connecting.kind) {
    case 'working':
      return <Working words={connecting.words} />;
    case 'choose':
      return <ChooseProvider notice={connecting.notice} onSigning={setSigning} />;
    case 'account':
      return connecting.signing.kind === 'refused' ? (
        <BeginTrouble refusal={connecting.signing} onAgain={() => void look()} onStop={() => void stop()} />
      ) : (
        <AccountSteps signing={connecting.signing} onSignedIn={() => void look()} onStop={() => void stop()} />
      );
    case 'trouble':
      return <ConnectTrouble trouble={connecting.trouble} onAgain={() => void look()} onStop={() => void stop()} />;
    case 'done':
      return <Done how={connecting.how} />;
    case 'found':
      return (
        <FoundThere
          found={connecting.found}
          notice={connecting.notice}
          look={look}
          setTrouble={setTrouble}
          setDone={setDone}
          stop={stop}
        />
      );
  }
}

interface FoundThereProps extends Omit<ReturnType<typeof useConnecting>, 'connecting' | 'setSigning'> {
  readonly found: Found;
  readonly notice: string | null;
}

function FoundThere({ found, notice, look, setTrouble, setDone, stop }: FoundThereProps): ReactNode {
  const t = useStrings();
  const onStop = (): void => void stop();
  switch (found.kind) {
    case 'known':
      return <KnownThere />;
    case 'newer':
      return (
        <StepCard title={t.connect.newerTitle} body={t.connect.newerBody} account={found.account} onStop={onStop}>
          <div className="actions">
            <Button look="primary" onClick={() => location.reload()}>
              {t.trouble.reload}
            </Button>
          </div>
        </StepCard>
      );
    case 'empty':
      return found.ownVault ? (
        <OwnVault account={found.account} setTrouble={setTrouble} setDone={setDone} look={look} onStop={onStop} />
      ) : (
        <NewVault
          account={found.account}
          onDone={() => setDone('created')}
          onOtherVault={() => void look(t.connect.otherMade)}
          onTrouble={setTrouble}
          onStop={onStop}
        />
      );
    case 'vault':
      return (
        <>
          {notice !== null && (
            <p className="alert" role="alert">
              {notice}
            </p>
          )}
          <UnlockVault
            found={found}
            onDone={() => setDone('joined')}
            onOtherVault={() => void look(t.connect.otherMade)}
            onTrouble={setTrouble}
            onStop={onStop}
          />
        </>
      );
  }
}

/** Nothing more to ask: the sync goes on. */
function KnownThere(): ReactNode {
  const t = useStrings();
  useEffect(() => go({ page: 'sync' }, { replace: true }), []);
  return <Working words={t.connect.looking} />;
}

interface OwnVaultProps extends Pick<FoundThereProps, 'setTrouble' | 'setDone' | 'look'> {
  readonly account: string;
  readonly onStop: () => void;
}

/** An empty storage, and a device that has a vault already. */
function OwnVault({ account, setTrouble, setDone, look, onStop }: OwnVaultProps): ReactNode {
  const t = useStrings();
  const { sync } = useSatchel();
  const [working, setWorking] = useState(false);
  const put = async (): Promise<void> => {
    setWorking(true);
    try {
      const result = await sync.putVaultThere();
      if (result.kind === 'open') setDone('created');
      else if (result.kind === 'trouble') setTrouble(result.trouble);
      else await look(t.connect.otherMade);
    } catch (error) {
      setTrouble({ kind: 'bug', detail: String(error) });
    }
  };
  if (working) return <Working words={t.connect.creating} />;
  return (
    <StepCard
      title={t.connect.putThereTitle(connectingLabel() ?? t.connect.thisStorage)}
      body={t.connect.putThereBody}
      account={account}
      onStop={onStop}
    >
      <div className="actions">
        <Button look="primary" onClick={() => void put()}>
          {t.connect.putThere}
        </Button>
      </div>
    </StepCard>
  );
}

interface ConnectTroubleProps {
  readonly trouble: Trouble;
  readonly onAgain: () => void;
  readonly onStop: () => void;
}

function ConnectTrouble({ trouble, onAgain, onStop }: ConnectTroubleProps) {
  const t = useStrings();
  const language = useLanguageTag();
  const { title, body, detail } = troubleWords(t, language, trouble, connectingLabel() ?? t.connect.yourStorage);
  return (
    <section className="card card-attention" aria-label={title}>
      <TriangleAlert className="card-icon" size={26} strokeWidth={1.5} aria-hidden />
      <h2>{title}</h2>
      <p role="alert">{body}</p>
      {detail !== null && <pre className="detail">{detail}</pre>}
      <div className="actions">
        <Button look="primary" icon={RefreshCw} onClick={onAgain}>
          {t.app.tryAgain}
        </Button>
        <Button onClick={onStop}>{t.connect.stop}</Button>
      </div>
    </section>
  );
}

function Done({ how }: { how: (Connecting & { kind: 'done' })['how'] }) {
  const t = useStrings();
  const status = useLive((queries) => queries.status(), []);
  const label = status?.label ?? connectingLabel() ?? t.connect.yourStorage;
  return (
    <StepCard
      icon={CircleCheck}
      title={t.connect.doneTitle}
      body={how === 'created' ? t.connect.doneBody(label) : t.connect.doneUnlocked}
    >
      <div className="actions">
        <RouteLink className="button button-primary" to={{ page: 'notes', view: { kind: 'all' }, note: null }} replace>
          {t.connect.toNotes}
        </RouteLink>
        <RouteLink className="button button-plain" to={{ page: 'sync' }} replace>
          {t.connect.toSync}
        </RouteLink>
      </div>
    </StepCard>
  );
}
