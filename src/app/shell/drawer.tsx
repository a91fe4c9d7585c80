/** The sidebar where there's no room for it: it slides over the page, and the browser's back button closes it. */
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { useBackCloses } from '../navigation.ts';
import { useStrings } from '../strings/catalogue.ts';
import '../ui/dialog.css';
import './drawer.css';

interface DrawerProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export default function Drawer({ open, onClose, children }: DrawerProps) {
  const t = useStrings();
  useBackCloses(open, onClose);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="drawer" aria-label={t.sidebar.label}>
          <div
            className="drawer-content"
            onClickCapture={(event) => leadsElsewhere(event.target) && queueMicrotask(onClose)}
          >
            {children}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function leadsElsewhere(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a') !== null;
}
