/** At the head of the trash: how long notes stay in it, and being rid of all of them at once. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLive, useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { PurgeDialog, type PurgeTask } from './purge-task.tsx';

export function EmptyTrash() {
  const t = useStrings();
  const { queries } = useSatchel();
  const [task, setTask] = useState<PurgeTask | null>(null);
  // All of them, whatever the filter shows.
  const ask = async (): Promise<void> => setTask({ kind: 'trash', notes: await queries.notes({ kind: 'trash' }) });
  return (
    <>
      <Button icon={Trash2} onClick={() => void ask()}>
        {t.trash.empty}
      </Button>
      <PurgeDialog task={task} onClose={() => setTask(null)} />
    </>
  );
}

export function TrashKept() {
  const t = useStrings();
  const connected = useLive(async (queries) => (await queries.status()) !== null, []);
  return connected === undefined ? null : <p className="list-hint">{connected ? t.trash.goes : t.trash.stays}</p>;
}
