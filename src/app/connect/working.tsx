/** While something takes its time. */
import { LoaderCircle } from 'lucide-react';

export function Working({ words }: { words: string }) {
  return (
    <div className="card working">
      <span className="sync-busy">
        <LoaderCircle size={26} strokeWidth={1.7} aria-hidden />
      </span>
      <output>{words}</output>
    </div>
  );
}
