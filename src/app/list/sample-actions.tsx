/** While examples are in the list: a menu to be rid of them in one step. */
import { Ellipsis, Trash2 } from 'lucide-react';
import type { ListedNote } from '../../engine/queries.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { useToast } from '../ui/toasts.tsx';

export function SampleActions({ notes }: { notes: readonly ListedNote[] }) {
  const t = useStrings();
  const toast = useToast();
  const satchel = useSatchel();

  const remove = async (): Promise<void> => {
    const samples = notes.filter(({ sample }) => sample).map(({ id }) => id);
    try {
      for (const id of samples) await satchel.notes.trash(id);
    } catch {
      return toast({ text: t.note.couldNotSave });
    }
    const putBack = async (): Promise<void> => {
      for (const id of samples) await satchel.notes.restore(id);
    };
    toast({
      text: t.list.samplesRemoved,
      action: { label: t.note.undo, run: () => void putBack().catch(() => toast({ text: t.note.couldNotSave })) },
    });
  };

  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={t.list.more} />}
      entries={[{ kind: 'action', icon: Trash2, words: t.list.removeSamples, run: () => void remove() }]}
    />
  );
}
