/** Where connecting a storage stands, from coming back from the provider until it's done. */
import { useCallback, useEffect, useState } from 'react';
import type { Refusal, SigningIn } from '../../engine/account-api.ts';
import type { Found, Trouble } from '../../engine/api.ts';
import { go } from '../navigation.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { forgetReturn, returnOutcome } from './consent-return.ts';
import { rememberLabel } from './use-consent.ts';

export type Connecting =
  | { readonly kind: 'working'; readonly words: string }
  | { readonly kind: 'choose'; readonly notice: string | null }
  | { readonly kind: 'account'; readonly signing: SigningIn | Refusal }
  | { readonly kind: 'found'; readonly found: Found; readonly notice: string | null }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'done'; readonly how: 'created' | 'joined' };

interface UseConnecting {
  readonly connecting: Connecting;
  /** Looks, or looks again, at what is in the storage. */
  readonly look: (notice?: string | null) => Promise<void>;
  /** Signing in by an account has begun, or couldn't. */
  readonly setSigning: (signing: SigningIn | Refusal) => void;
  readonly setTrouble: (trouble: Trouble) => void;
  readonly setDone: (how: 'created' | 'joined') => void;
  /** Gives the connection up. */
  readonly stop: () => Promise<void>;
}

export function useConnecting(): UseConnecting {
  const t = useStrings();
  const { sync } = useSatchel();
  const [connecting, setConnecting] = useState<Connecting>({ kind: 'working', words: t.connect.looking });

  const setSigning = useCallback((signing: SigningIn | Refusal): void => {
    if (signing.kind === 'signing-in') rememberLabel(signing.label);
    setConnecting({ kind: 'account', signing });
  }, []);

  const look = useCallback(
    async (notice: string | null = null): Promise<void> => {
      setConnecting({ kind: 'working', words: t.connect.looking });
      try {
        const found = await sync.found();
        if (found === null) {
          const signing = await sync.signingIn();
          if (signing === null) setConnecting({ kind: 'choose', notice });
          else setSigning(signing);
        } else if (found.kind === 'trouble') setConnecting({ kind: 'trouble', trouble: found.trouble });
        else setConnecting({ kind: 'found', found, notice });
      } catch (error) {
        setConnecting({ kind: 'trouble', trouble: { kind: 'bug', detail: String(error) } });
      }
    },
    [sync, t, setSigning],
  );

  useEffect(() => {
    let shown = true;
    const start = async (): Promise<void> => {
      const returned = returnOutcome();
      if (returned) setConnecting({ kind: 'working', words: t.connect.returning });
      const outcome = await returned;
      if (!shown) return;
      forgetReturn();
      if (outcome?.kind === 'declined') setConnecting({ kind: 'choose', notice: t.connect.declined });
      else if (outcome?.kind === 'failed') setConnecting({ kind: 'choose', notice: t.connect.failed });
      else await look();
    };
    void start();
    return () => {
      shown = false;
    };
  }, [look, t]);

  return {
    connecting,
    look,
    setSigning,
    setTrouble: (trouble) => setConnecting({ kind: 'trouble', trouble }),
    setDone: (how) => setConnecting({ kind: 'done', how }),
    stop: async () => {
      await sync.cancelConnect().catch(() => {});
      const { signing } = connecting.kind === 'account' ? connecting : {};
      // They came from where the ended login was told of.
      if (signing?.kind === 'signing-in' && signing.again) go({ page: 'sync' }, { replace: true });
      else setConnecting({ kind: 'choose', notice: null });
    },
  };
}
