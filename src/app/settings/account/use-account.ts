/** The account of the connection in use, as the cloud tells of it. */
import { useCallback, useEffect, useState } from 'react';
import type { AccountChange, AccountShown, Refusal } from '../../../engine/account-api.ts';
import { useSatchel } from '../../satchel.tsx';

export function failed(error: unknown): Refusal {
  return { kind: 'refused', reason: 'Failed', detail: String(error) };
}

interface UseAccount {
  /** Null until the cloud has answered. */
  readonly account: AccountShown | Refusal | null;
  readonly ask: () => Promise<void>;
}

export function useAccount(): UseAccount {
  const { sync } = useSatchel();
  const [account, setAccount] = useState<AccountShown | Refusal | null>(null);
  const read = useCallback(() => sync.account().catch(failed), [sync]);
  useEffect(() => {
    let wanted = true;
    const first = async (): Promise<void> => {
      const answer = await read();
      if (wanted) setAccount(answer);
    };
    void first();
    return () => {
      wanted = false;
    };
  }, [read]);
  return { account, ask: async () => setAccount(await read()) };
}

interface UseChange {
  readonly working: boolean;
  readonly refusal: Refusal | null;
  /** Calls `done` once it is done; what is refused is told by `refusal`. */
  readonly change: (wanted: AccountChange, done: () => void) => void;
}

export function useChange(): UseChange {
  const { sync } = useSatchel();
  const [state, setState] = useState<{ working: boolean; refusal: Refusal | null }>({ working: false, refusal: null });
  const run = async (wanted: AccountChange, done: () => void): Promise<void> => {
    setState({ working: true, refusal: null });
    const result = await sync.changeAccount(wanted).catch(failed);
    setState({ working: false, refusal: result.kind === 'refused' ? result : null });
    if (result.kind === 'done') done();
  };
  return { ...state, change: (wanted, done) => void run(wanted, done) };
}
