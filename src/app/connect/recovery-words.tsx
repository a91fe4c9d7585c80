/** The twelve recovery words, shown once, with ways to keep them. */
import { Copy, Download, Printer } from 'lucide-react';
import { useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { downloadText } from '../trouble/download-text.ts';
import { Button } from '../ui/button.tsx';

interface RecoveryWordsProps {
  readonly words: readonly string[];
  readonly onKept: () => void;
}

export function RecoveryWords({ words, onKept }: RecoveryWordsProps) {
  const t = useStrings();
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(words.join(' '));
      setSaid(t.connect.copied);
    } catch {
      setSaid(t.note.copyFailed);
    }
  };
  const numbered = words.map((word, index) => `${index + 1}. ${word}`).join('\n');
  return (
    <>
      <ol className="words" aria-label={t.connect.wordsLabel} translate="no">
        {words.map((word, index) => (
          <li key={word}>
            <span className="word-number" aria-hidden>
              {index + 1}
            </span>
            {word}
          </li>
        ))}
      </ol>
      <div className="actions no-print">
        <Button icon={Copy} onClick={() => void copy()}>
          {t.connect.copy}
        </Button>
        <Button icon={Download} onClick={() => downloadText(t.connect.fileName, t.connect.fileText(numbered))}>
          {t.connect.download}
        </Button>
        <Button icon={Printer} onClick={() => window.print()}>
          {t.connect.print}
        </Button>
      </div>
      <output className="connect-said">{said}</output>
      <div className="actions no-print">
        <Button look="primary" onClick={onKept}>
          {t.connect.wroteDown}
        </Button>
      </div>
    </>
  );
}
