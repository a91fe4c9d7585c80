/** In place of the notes, when this browser's database can't be used at all. */
import { DatabaseZap } from 'lucide-react';
import type { LocalTrouble } from '../../engine/api.ts';
import { useStrings } from '../strings/catalogue.ts';
import { localWords } from '../sync/status-words.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { TakeText } from './take-text.tsx';
import './full-page.css';

export function LocalTroublePage({ trouble }: { trouble: LocalTrouble }) {
  const t = useStrings();
  const { title, body, detail } = localWords(t, trouble);
  return (
    <main className="full-page">
      <EmptyState whole icon={DatabaseZap} title={title} body={body}>
        {detail !== null && <code className="full-page-detail">{detail}</code>}
        <Button look="primary" onClick={() => location.reload()}>
          {t.trouble.reload}
        </Button>
      </EmptyState>
    </main>
  );
}

interface ClosedPageProps {
  readonly trouble: LocalTrouble;
  /** What was open when the database went away. */
  readonly text: string;
}

/** In place of the notes, once this window can keep nothing more. */
export function ClosedPage({ trouble, text }: ClosedPageProps) {
  const t = useStrings();
  const words =
    trouble.kind === 'blocked'
      ? { title: t.trouble.updatedTitle, body: t.trouble.updatedBody, detail: null }
      : localWords(t, trouble);
  return (
    <main className="full-page">
      <EmptyState whole icon={DatabaseZap} title={words.title} body={words.body}>
        {words.detail !== null && <code className="full-page-detail">{words.detail}</code>}
        {text && (
          <>
            <p>{t.trouble.takeText}</p>
            <TakeText text={() => text} />
          </>
        )}
        <Button look="primary" onClick={() => location.reload()}>
          {t.trouble.reload}
        </Button>
      </EmptyState>
    </main>
  );
}
