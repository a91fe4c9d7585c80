/** Two ways to carry the open text out of a window that can't save it. */
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { openText } from '../open-notes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { downloadText } from './download-text.ts';

export function TakeText() {
  const t = useStrings();
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(openText());
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
      <Button icon={Download} onClick={() => downloadText(t.trouble.textFile, openText())}>
        {t.trouble.downloadText}
      </Button>
      <output>{said}</output>
    </div>
  );
}
