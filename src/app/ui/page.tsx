/** A page that isn't notes: settings, sync, connecting. */
import { Menu as MenuIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useDocumentTitle } from '../document-title.ts';
import { useStrings } from '../strings/catalogue.ts';
import { IconButton } from './button.tsx';
import './page.css';

interface PageProps {
  readonly title: string;
  /** Opens the sidebar where it isn't always there. */
  readonly onMenu: (() => void) | null;
  readonly children: ReactNode;
}

export function Page({ title, onMenu, children }: PageProps) {
  const t = useStrings();
  useDocumentTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever follows a link to a page hears where they are, and goes on from there.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className="page">
      <div className="page-column">
        <header className="page-head">
          {onMenu && <IconButton icon={MenuIcon} label={t.sidebar.open} onClick={onMenu} />}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </header>
        {children}
      </div>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

export function Section({ title, children }: SectionProps) {
  return (
    <section className="section" aria-label={title}>
      <h2>{title}</h2>
      <div className="section-body">{children}</div>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly about?: string | undefined;
  readonly children?: ReactNode;
}

/** A thing and its value, or what can be done with it. */
export function Row({ name, about, children }: RowProps) {
  return (
    <div className="row">
      <div className="row-words">
        <span>{name}</span>
        {about !== undefined && <p>{about}</p>}
      </div>
      {children !== undefined && <div className="row-value">{children}</div>}
    </div>
  );
}
