/** Choosing where the notes go, with what is good to know beforehand. */
import { Cloud, EyeOff, KeyRound, Lock } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { Refusal, SigningIn } from '../../engine/account-api.ts';
import type { ProviderChoice } from '../../engine/api.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { OwnCloud } from './account/own-cloud.tsx';
import { useConsent } from './use-consent.ts';

interface ChooseProviderProps {
  /** What came of the last try, in words. */
  readonly notice: string | null;
  /** A provider was chosen that is signed in to with the app's own forms. */
  readonly onSigning: (signing: SigningIn | Refusal) => void;
}

export function ChooseProvider({ notice, onSigning }: ChooseProviderProps) {
  const t = useStrings();
  const { sync } = useSatchel();
  const consent = useConsent();
  const [providers, setProviders] = useState<readonly ProviderChoice[] | 'failed' | null>(null);
  const [going, setGoing] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let shown = true;
    sync.providers().then(
      (list) => shown && setProviders(list),
      () => shown && setProviders('failed'),
    );
    return () => {
      shown = false;
    };
  }, [sync]);

  const connect = async (provider: ProviderChoice, clientId?: string): Promise<void> => {
    setGoing(provider.label);
    setFailed(false);
    if (provider.access === 'account') {
      const signing = await sync.beginSignIn(provider.kind, {}).catch(() => null);
      if (signing) return onSigning(signing);
    } else if (await consent(provider.kind, provider.label, clientId)) return;
    setGoing(null);
    setFailed(true);
  };

  const all = Array.isArray(providers) ? (providers as readonly ProviderChoice[]) : [];
  const configured = all.filter((provider) => provider.configured);
  const redirecting = all.filter((provider) => provider.access === 'redirect');
  const withAccounts = all.find((provider) => provider.access === 'account');
  return (
    <>
      <p className="alert" role="alert">
        {failed ? t.sync.failed : (notice ?? '')}
      </p>
      <section className="card" aria-label={t.connect.chooseTitle}>
        <h2>{t.connect.chooseTitle}</h2>
        <p>{withAccounts ? t.connect.chooseBodyAccounts : t.connect.chooseBody}</p>
        {providers === 'failed' && <p role="alert">{t.connect.configFailed}</p>}
        {Array.isArray(providers) && configured.length === 0 && <p>{t.connect.chooseNone}</p>}
        <ul className="providers">
          {configured.map((provider) => (
            <li key={provider.kind}>
              <button
                type="button"
                className="provider"
                disabled={going !== null}
                onClick={() => void connect(provider)}
              >
                <span className="provider-icon">
                  <Cloud size={20} strokeWidth={1.7} aria-hidden />
                </span>
                <span>
                  <span className="provider-name">
                    {going === provider.label && provider.access === 'redirect'
                      ? t.connect.going(provider.label)
                      : t.connect.go(provider.label)}
                  </span>
                  <span className="provider-hint">
                    {provider.access === 'redirect' ? t.connect.goHint(provider.label) : t.connect.goAccountHint}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <div>
          {withAccounts && <OwnCloud kind={withAccounts.kind} onFound={onSigning} />}
          {redirecting.length > 0 && <OwnClient providers={redirecting} onConnect={(...own) => void connect(...own)} />}
        </div>
      </section>
      <Facts />
    </>
  );
}

interface OwnClientProps {
  readonly providers: readonly ProviderChoice[];
  readonly onConnect: (provider: ProviderChoice, clientId: string) => void;
}

function OwnClient({ providers, onConnect }: OwnClientProps) {
  const t = useStrings();
  const [kind, setKind] = useState(providers[0]?.kind ?? '');
  const [clientId, setClientId] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const provider = providers.find((other) => other.kind === kind);
    if (clientId.trim() === '') setError(t.connect.clientIdMissing);
    else if (provider) onConnect(provider, clientId.trim());
  };
  return (
    <details className="advanced">
      <summary>{t.connect.advanced}</summary>
      <form className="connect-form" onSubmit={submit}>
        <p>{t.connect.advancedBody}</p>
        <label className="field">
          <span className="field-label">{t.connect.provider}</span>
          <select className="input" value={kind} onChange={(event) => setKind(event.target.value)}>
            {providers.map((provider) => (
              <option key={provider.kind} value={provider.kind}>
                {provider.label}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t.connect.clientId}
          value={clientId}
          error={error}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setClientId(event.target.value);
            setError(null);
          }}
        />
        <div className="actions">
          <Button type="submit">{t.connect.goOwn}</Button>
        </div>
      </form>
    </details>
  );
}

/** Where the notes live, what the provider learns, and what can't be undone. */
function Facts() {
  const t = useStrings();
  const facts = [
    { icon: Lock, words: t.connect.factSealed },
    { icon: EyeOff, words: t.connect.factSees },
    { icon: KeyRound, words: t.connect.factLost },
  ];
  return (
    <section className="facts" aria-label={t.connect.factsTitle}>
      <h2>{t.connect.factsTitle}</h2>
      <ul>
        {facts.map(({ icon: Icon, words }) => (
          <li key={words}>
            <Icon size={19} strokeWidth={1.7} aria-hidden />
            <p>{words}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
