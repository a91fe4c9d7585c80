/** Two ways to carry the open text out of a window that can't save it. */
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { downloadText } from './download-text.ts';

interface TakeTextProps {
  /** Read when it's asked for, so that it's the newest. */
  readonly text: () => string;
}

export function TakeText({ text }: TakeTextProps) {
  const t = useStrings();
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid(t.note.copied);
    } catch {
      setSaid(t.note.copyFailed);
    }
  };
  return (
    <div className="banner-actions">
      <Button icon={Copy} onClick={() => void copy()}>
        {t.trouble.copyText}
      </Button>
      <Button icon={Download} onClick={() => downloadText(t.trouble.textFile, text())}>
        {t.trouble.downloadText}
      </Button>
      <output>{said}</output>
    </div>
  );
}
