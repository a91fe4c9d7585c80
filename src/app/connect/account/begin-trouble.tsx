/** The cloud couldn't be asked how to sign in. */
import { RefreshCw, TriangleAlert } from 'lucide-react';
import type { Refusal } from '../../../engine/account-api.ts';
import { useStrings } from '../../strings/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { StepCard } from '../step-card.tsx';
import { refusalWords } from './refusal-words.ts';

interface BeginTroubleProps {
  readonly refusal: Refusal;
  readonly onAgain: () => void;
  readonly onStop: () => void;
}

export function BeginTrouble({ refusal, onAgain, onStop }: BeginTroubleProps) {
  const t = useStrings();
  const { words, detail } = refusalWords(t, refusal, []);
  return (
    <StepCard
      icon={TriangleAlert}
      title={t.account.beginFailedTitle}
      body={words}
      onStop={onStop}
      stopWords={t.app.cancel}
    >
      {detail !== null && <pre className="detail">{detail}</pre>}
      <div className="actions">
        <Button look="primary" icon={RefreshCw} onClick={onAgain}>
          {t.app.tryAgain}
        </Button>
      </div>
    </StepCard>
  );
}
