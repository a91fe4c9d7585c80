/** In place of the notes, when this browser's database can't be used at all. */
import { DatabaseZap } from 'lucide-react';
import type { LocalTrouble } from '../../engine/api.ts';
import { useStrings } from '../strings/catalogue.ts';
import { localWords } from '../sync/status-words.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import './full-page.css';

export function LocalTroublePage({ trouble }: { trouble: LocalTrouble }) {
  const t = useStrings();
  const { title, body, detail } = localWords(t, trouble);
  return (
    <main className="full-page">
      <EmptyState icon={DatabaseZap} title={title} body={body}>
        {detail !== null && <code className="full-page-detail">{detail}</code>}
        <Button look="primary" onClick={() => location.reload()}>
          {t.trouble.reload}
        </Button>
      </EmptyState>
    </main>
  );
}
