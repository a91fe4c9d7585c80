/** The menu behind a button; the behaviour is Base UI's. A chunk of its own, loaded when a menu is first opened. */
import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import type { MenuEntry } from './menu.tsx';
import './popup.css';

interface MenuPopupProps {
  readonly trigger: ReactElement;
  readonly align: 'start' | 'end';
  readonly entries: readonly MenuEntry[];
}

/** Opens as soon as it is there, since that is what it was fetched for. */
export default function MenuPopup({ trigger, align, entries }: MenuPopupProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="popup-positioner" align={align} sideOffset={6} collisionPadding={8}>
          <Base.Popup className="popup">
            {entries.map((entry, index) => (
              // The entries of a menu keep their places.
              // oxlint-disable-next-line react/no-array-index-key
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  switch (entry.kind) {
    case 'separator':
      return <Base.Separator className="popup-separator" />;
    case 'action': {
      const { icon: Icon, danger = false, disabled = false, run, words } = entry;
      return (
        <Base.Item className={danger ? 'popup-item popup-item-danger' : 'popup-item'} disabled={disabled} onClick={run}>
          <Icon size={16} strokeWidth={1.8} aria-hidden />
          {words}
        </Base.Item>
      );
    }
    case 'choice':
      return (
        <Base.RadioGroup aria-label={entry.label} value={entry.value} onValueChange={entry.choose}>
          {entry.choices.map(({ value, name, depth = 0 }) => (
            <Base.RadioItem
              key={value}
              value={value}
              closeOnClick
              className="popup-item popup-choice"
              style={{ '--depth': depth }}
            >
              <span className="popup-choice-name">{name}</span>
              <Base.RadioItemIndicator>
                <Check size={16} strokeWidth={2} aria-hidden />
              </Base.RadioItemIndicator>
            </Base.RadioItem>
          ))}
        </Base.RadioGroup>
      );
  }
}
