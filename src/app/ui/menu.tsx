/** A menu that drops from a button, in the app's look. The behaviour is Base UI's. */
import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import './popup.css';

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly align?: 'start' | 'end';
  readonly children: ReactNode;
}

export function Menu({ trigger, align = 'end', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="popup-positioner" align={align} sideOffset={6} collisionPadding={8}>
          <Base.Popup className="popup">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon: Icon, danger = false, disabled = false, onClick, children }: MenuItemProps) {
  return (
    <Base.Item className={danger ? 'popup-item popup-item-danger' : 'popup-item'} disabled={disabled} onClick={onClick}>
      {Icon && <Icon size={16} strokeWidth={1.8} aria-hidden />}
      {children}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="popup-separator" />;
}

interface MenuChoiceProps<T> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly name: string; readonly depth?: number }[];
  readonly onChange: (value: T) => void;
}

/** One of several, the present one ticked. */
export function MenuChoice<T>({ label, value, choices, onChange }: MenuChoiceProps<T>) {
  return (
    <Base.RadioGroup aria-label={label} value={value} onValueChange={(next: T) => onChange(next)}>
      {choices.map((choice) => (
        <Base.RadioItem
          key={String(choice.value)}
          value={choice.value}
          closeOnClick
          className="popup-item popup-choice"
          style={{ '--depth': choice.depth ?? 0 }}
        >
          <span className="popup-choice-name">{choice.name}</span>
          <Base.RadioItemIndicator>
            <Check size={16} strokeWidth={2} aria-hidden />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
