/** The app's buttons. An icon alone carries its name for screen readers and as a tooltip. */
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import './button.css';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly icon?: LucideIcon;
}

export function Button({ look = 'plain', icon: Icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`button button-${look} ${className}`}>
      {Icon && <Icon size={17} strokeWidth={1.9} aria-hidden />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label' | 'title'> {
  readonly icon: LucideIcon;
  readonly label: string;
}

export function IconButton({ icon: Icon, label, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} aria-label={label} title={label} className={`icon-button ${className}`}>
      <Icon size={18} strokeWidth={1.8} aria-hidden />
    </button>
  );
}
