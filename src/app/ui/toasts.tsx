/** Short messages at the foot of the page, read out politely; they go by themselves, unless they offer something. */
import { X } from 'lucide-react';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStrings } from '../strings/catalogue.ts';
import { IconButton } from './button.tsx';
import './toasts.css';

interface Toast {
  readonly text: string;
  /** Shown below the text. */
  readonly more?: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** It stays until it's used or dismissed. */
  readonly stays?: boolean;
}

/** Long enough to read and to reach by keyboard; WCAG 2.2.1 is met since nothing is only offered here. */
const SHOWN_MS = 8000;

const ToastContext = createContext<(toast: Toast) => void>(() => {});

export const useToast = (): ((toast: Toast) => void) => use(ToastContext);

export function Toasts({ children }: { children: ReactNode }) {
  const t = useStrings();
  const [shown, setShown] = useState<readonly (Toast & { readonly key: number })[]>([]);
  const lastKey = useRef(0);
  const dismiss = useCallback((key: number) => setShown((all) => all.filter((toast) => toast.key !== key)), []);
  const show = useCallback((toast: Toast) => {
    lastKey.current += 1;
    const key = lastKey.current;
    setShown((all) => [...all.filter((other) => other.stays), { ...toast, key }]);
  }, []);

  return (
    <ToastContext value={show}>
      {children}
      <section className="toasts" aria-label={t.toast.region} aria-live="polite">
        {shown.map((toast) => (
          <ToastCard key={toast.key} toast={toast} onDismiss={() => dismiss(toast.key)} />
        ))}
      </section>
    </ToastContext>
  );
}

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const t = useStrings();
  const [held, setHeld] = useState(false);
  const dismiss = useRef(onDismiss);
  const { stays = false, action } = toast;
  useEffect(() => {
    dismiss.current = onDismiss;
  });
  useEffect(() => {
    if (stays || held) return;
    const timer = setTimeout(() => dismiss.current(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [stays, held]);
  const hold = useMemo(
    () => ({
      onPointerEnter: () => setHeld(true),
      onPointerLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    }),
    [],
  );
  return (
    <div className="toast" {...hold}>
      <span>{toast.text}</span>
      {action && (
        <button
          type="button"
          className="toast-action"
          onClick={() => {
            onDismiss();
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon={X} label={t.toast.dismiss} onClick={onDismiss} />
      {toast.more !== undefined && <div className="toast-more">{toast.more}</div>}
    </div>
  );
}
