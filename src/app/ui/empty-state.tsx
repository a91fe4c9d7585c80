/** What a pane shows when there's nothing in it: a drawing, what it is for, one thing to do. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import './empty-state.css';

interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly body: string;
  /** It's all there is on the page, so its title is the page's. */
  readonly whole?: boolean;
  readonly children?: ReactNode;
}

export function EmptyState({ icon: Icon, title, body, whole = false, children }: EmptyStateProps) {
  return (
    <div className="empty-state">
      <span className="empty-state-icon">
        <Icon size={26} strokeWidth={1.5} aria-hidden />
      </span>
      {whole ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p>{body}</p>
      {children}
    </div>
  );
}
