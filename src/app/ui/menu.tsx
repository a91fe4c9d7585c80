/** A button that opens a menu. What the menu is made of is only fetched when one is opened, or about to be. */
import type { LucideIcon } from 'lucide-react';
import { cloneElement, lazy, type ReactElement, Suspense, useState } from 'react';

export type MenuEntry =
  | {
      readonly kind: 'action';
      readonly icon: LucideIcon;
      readonly words: string;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      readonly run: () => void;
    }
  | { readonly kind: 'separator' }
  /** One of several, the present one ticked. */
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly value: string;
      readonly choices: readonly { readonly value: string; readonly name: string; readonly depth?: number }[];
      readonly choose: (value: string) => void;
    };

const loadPopup = () => import('./menu-popup.tsx');
const MenuPopup = lazy(loadPopup);

/** Fetches what menus are made of before one is opened. */
export const warmMenus = (): void => void loadPopup().catch(() => {});

interface TriggerProps {
  readonly 'aria-haspopup'?: 'menu';
  readonly 'aria-expanded'?: boolean;
  readonly onClick?: () => void;
  readonly onPointerEnter?: () => void;
}

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<TriggerProps>;
  readonly align?: 'start' | 'end';
  readonly entries: readonly MenuEntry[];
}

export function Menu({ trigger, align = 'end', entries }: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const plain = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setWanted(true),
    onPointerEnter: warmMenus,
  });
  if (!wanted) return plain;
  return (
    <Suspense fallback={plain}>
      <MenuPopup trigger={trigger} align={align} entries={entries} />
    </Suspense>
  );
}
