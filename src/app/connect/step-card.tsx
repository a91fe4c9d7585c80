/** One step of connecting: what is asked and why, the asking, and the way out. Give each step a key of its own. */
import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';

const STEPS = 3;

interface StepCardProps {
  readonly step?: number;
  readonly title: string;
  readonly body: string;
  readonly account?: string;
  readonly onStop?: () => void;
  /** What giving up is called here. */
  readonly stopWords?: string;
  readonly icon?: LucideIcon;
  readonly children?: ReactNode;
}

export function StepCard({ step, title, body, account, onStop, stopWords, icon: Icon, children }: StepCardProps) {
  const t = useStrings();
  const heading = useRef<HTMLHeadingElement>(null);
  // It took the place of the last step, and of what had the focus there.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <section className="card step-card" aria-label={title}>
      {step !== undefined && (
        <p className="step no-print">
          <span className="step-dots" aria-hidden>
            {Array.from({ length: STEPS }, (_, index) => (
              <span key={index} className={index < step ? 'step-dot step-dot-on' : 'step-dot'} />
            ))}
          </span>
          {t.connect.step(step, STEPS)}
        </p>
      )}
      {Icon && <Icon className="done-mark" size={44} strokeWidth={1.4} aria-hidden />}
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p>{body}</p>
      {account !== undefined && <p className="account">{t.connect.account(account)}</p>}
      {children}
      {onStop && (
        <div className="step-foot no-print">
          <Button look="quiet" onClick={onStop}>
            {stopWords ?? t.connect.stop}
          </Button>
        </div>
      )}
    </section>
  );
}
