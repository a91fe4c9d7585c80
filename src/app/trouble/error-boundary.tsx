/** Stands between a mistake of ours and a blank page: says what happened, and gives the person their text. */
import { Bandage } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { flushOpenNotes, openText } from '../open-notes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { TakeText } from './take-text.tsx';
import './full-page.css';

interface Caught {
  readonly failure: { readonly message: string; readonly text: string } | null;
}

// React has no function for this: an error boundary is a class.
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, Caught> {
  override state: Caught = { failure: null };

  static getDerivedStateFromError(error: unknown): Caught {
    // Read while the notes are still open: what is shown next closes them.
    return { failure: { message: error instanceof Error ? error.message : String(error), text: openText() } };
  }

  override componentDidCatch(): void {
    void flushOpenNotes();
  }

  override render(): ReactNode {
    const { failure } = this.state;
    return failure ? <Crash {...failure} /> : this.props.children;
  }
}

function Crash({ message, text }: { message: string; text: string }) {
  const t = useStrings();
  return (
    <main className="full-page">
      <EmptyState
        whole
        icon={Bandage}
        title={t.trouble.crashTitle}
        body={text ? t.trouble.crashBody : t.trouble.crashNoText}
      >
        <code className="full-page-detail">{message}</code>
        {text && <TakeText text={() => text} />}
        <Button look="primary" onClick={() => location.reload()}>
          {t.trouble.reload}
        </Button>
      </EmptyState>
    </main>
  );
}
