/**
 * Catches what a person types between asking for a new note and its editor being there. The field takes the
 * focus within the press itself, which is also what makes a phone show its keyboard.
 */
let field: HTMLTextAreaElement | null = null;

/** @param label what the field is, for screen readers. */
export function startTypingAhead(label: string): void {
  stopTypingAhead();
  const catcher = document.createElement('textarea');
  catcher.className = 'visually-hidden';
  // A phone zooms in on fields with smaller text.
  catcher.style.fontSize = '1rem';
  catcher.style.insetBlockStart = '0';
  catcher.setAttribute('aria-label', label);
  catcher.addEventListener('blur', stopTypingAhead);
  document.body.append(catcher);
  catcher.focus({ preventScroll: true });
  field = catcher;
}

export function stopTypingAhead(): void {
  const gone = field;
  field = null;
  gone?.remove();
}

/** What was typed, once; the field is gone after that. */
export function takeTypedAhead(): string {
  const typed = field?.value ?? '';
  stopTypingAhead();
  return typed;
}
