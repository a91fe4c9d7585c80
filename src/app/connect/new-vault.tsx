/** Making a vault in an empty storage: a passphrase, the recovery words, and the proof that they were kept. */
import { useState } from 'react';
import type { Trouble } from '../../engine/api.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { ConfirmWords } from './confirm-words.tsx';
import { Working } from './working.tsx';
import { NewPassphrase } from './new-passphrase.tsx';
import { RecoveryWords } from './recovery-words.tsx';
import { StepCard } from './step-card.tsx';

interface NewVaultProps {
  readonly account: string;
  readonly onDone: () => void;
  /** Another device was faster. */
  readonly onOtherVault: () => void;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onStop: () => void;
}

type Stage =
  | { readonly kind: 'passphrase' }
  | { readonly kind: 'words' | 'confirm' | 'creating'; readonly passphrase: string; readonly words: readonly string[] };

export function NewVault({ account, onDone, onOtherVault, onTrouble, onStop }: NewVaultProps) {
  const t = useStrings();
  const { sync } = useSatchel();
  const [stage, setStage] = useState<Stage>({ kind: 'passphrase' });

  const showWords = async (passphrase: string): Promise<void> => {
    try {
      setStage({ kind: 'words', passphrase, words: await sync.newWords() });
    } catch (error) {
      onTrouble({ kind: 'bug', detail: String(error) });
    }
  };

  const create = async (passphrase: string, words: readonly string[]): Promise<void> => {
    setStage({ kind: 'creating', passphrase, words });
    try {
      const result = await sync.createVault({ passphrase, words });
      switch (result.kind) {
        case 'open':
          return onDone();
        case 'trouble':
          return onTrouble(result.trouble);
        case 'other-vault':
        case 'wrong-secret':
        case 'not-words':
          return onOtherVault();
      }
    } catch (error) {
      onTrouble({ kind: 'bug', detail: String(error) });
    }
  };

  switch (stage.kind) {
    case 'passphrase':
      return (
        <StepCard
          key="passphrase"
          step={1}
          title={t.connect.passphraseTitle}
          body={t.connect.passphraseBody}
          account={account}
          onStop={onStop}
        >
          <NewPassphrase onChosen={(passphrase) => void showWords(passphrase)} />
        </StepCard>
      );
    case 'words':
      return (
        <StepCard key="words" step={2} title={t.connect.wordsTitle} body={t.connect.wordsBody} onStop={onStop}>
          <RecoveryWords words={stage.words} onKept={() => setStage({ ...stage, kind: 'confirm' })} />
        </StepCard>
      );
    case 'confirm':
      return (
        <StepCard key="confirm" step={3} title={t.connect.confirmTitle} body={t.connect.confirmBody} onStop={onStop}>
          <ConfirmWords
            words={stage.words}
            onConfirmed={() => void create(stage.passphrase, stage.words)}
            onShowAgain={() => setStage({ ...stage, kind: 'words' })}
          />
        </StepCard>
      );
    case 'creating':
      return <Working words={t.connect.creating} />;
  }
}
