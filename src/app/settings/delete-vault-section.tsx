/** Deleting the vault from the storage in use: said at length, and asked for twice. */
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLive, useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Row, Section } from '../ui/page.tsx';
import { useToast } from '../ui/toasts.tsx';

/** Nothing while no storage is connected, or once it was done. */
export function DeleteVaultSection() {
  const t = useStrings();
  const status = useLive((queries) => queries.status(), []);
  const [asking, setAsking] = useState(false);
  if (!status || status.trouble?.kind === 'closed') return null;
  const { label } = status;
  return (
    <Section title={t.deleteVault.section}>
      <Row name={t.deleteVault.name(label)} about={t.deleteVault.about(label)}>
        <Button look="danger" icon={Trash2} onClick={() => setAsking(true)}>
          {t.deleteVault.open}
        </Button>
      </Row>
      {asking && <DeleteVaultDialog label={label} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function DeleteVaultDialog({ label, onClose }: { label: string; onClose: () => void }) {
  const t = useStrings();
  const words = t.deleteVault;
  const { sync } = useSatchel();
  const toast = useToast();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (typed.trim().toLowerCase() !== words.word) {
      setError(words.wrong(words.word));
      return;
    }
    setWorking(true);
    const result = await sync.deleteVault().catch(() => null);
    onClose();
    toast({ text: result?.kind === 'done' ? words.done(label) : t.sync.failed });
  };
  return (
    <Dialog open onClose={onClose} title={words.title(label)} description={words.body(label)}>
      <p className="dialog-text">{words.keeps}</p>
      <p className="dialog-text">{words.undo}</p>
      <form className="dialog-form" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.confirm(words.word)}
          value={typed}
          error={error}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setError(null);
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.app.cancel}</Button>
          <Button look="danger" type="submit" disabled={working}>
            {working ? words.going : words.go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
