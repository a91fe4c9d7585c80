/** A cloud that isn't in this site's configuration: its address is all that is needed. */
import { useState } from 'react';
import type { Refusal, SigningIn } from '../../../engine/account-api.ts';
import { useSatchel } from '../../satchel.tsx';
import { useStrings } from '../../strings/catalogue.ts';
import { AccountForm } from './account-form.tsx';

interface OwnCloudProps {
  /** The provider whose clouds are looked for. */
  readonly kind: string;
  readonly onFound: (signing: SigningIn) => void;
}

export function OwnCloud({ kind, onFound }: OwnCloudProps) {
  const { account: t } = useStrings();
  const { sync } = useSatchel();
  const [working, setWorking] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const find = async (address: string): Promise<void> => {
    setWorking(true);
    setRefusal(null);
    const result = await sync
      .beginSignIn(kind, { address })
      .catch((error: unknown): Refusal => ({ kind: 'refused', reason: 'Failed', detail: String(error) }));
    setWorking(false);
    if (result.kind === 'refused') setRefusal(result);
    else onFound(result);
  };
  return (
    <details className="advanced">
      <summary>{t.ownCloud}</summary>
      <div className="connect-form advanced-form">
        <p>{t.ownCloudBody}</p>
        <AccountForm
          fields={['address']}
          submit={t.ownCloudGo}
          submitting={t.ownCloudGoing}
          working={working}
          refusal={refusal}
          onSubmit={({ address }) => void find(address)}
        />
      </div>
    </details>
  );
}
