/** Mail that is never sent: it is kept for a page on this machine and for tests, and told on the console. */

export interface Mail {
  readonly to: string;
  readonly about: 'sign-up' | 'reset' | 'invitation';
  /** The code, or the password for once of an invitation. */
  readonly code: string;
  /** ms since 1970. */
  readonly time: number;
}

const SUBJECTS: Readonly<Record<Mail['about'], string>> = {
  'sign-up': 'Your confirmation code',
  reset: 'Your code for another password',
  invitation: 'You are invited; your password for the first time',
};

/** A page with the newest mail first. */
export function outboxPage(mails: readonly Mail[]): string {
  const rows = mails.toReversed().map(
    ({ to, about, code, time }) => `
      <li>
        <p>${escapeHtml(new Date(time).toISOString().slice(11, 19))} UTC, to <b>${escapeHtml(to)}</b></p>
        <p>${SUBJECTS[about]}: <code>${escapeHtml(code)}</code></p>
      </li>`,
  );
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <meta http-equiv="refresh" content="3">
  <title>Outbox</title>
  <style>
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
    ul { list-style: none; padding: 0; }
    li { border: 1px solid; border-radius: 0.5rem; padding: 0 1rem; margin: 1rem 0; }
    code { font-size: 1.5rem; user-select: all; }
  </style>
  <h1>Outbox</h1>
  <p>The mails that this computer’s Satchel cloud would have sent. They never leave it.</p>
  ${rows.length === 0 ? '<p>None yet.</p>' : `<ul>${rows.join('')}\n  </ul>`}
</html>
`;
}

/** One line for the console. */
export function mailLine({ to, about, code }: Mail): string {
  // An address is whatever somebody typed: no control characters of theirs reach a terminal.
  return `Mail to ${to.replaceAll(/[^\x20-\x7e]/g, '?')}. ${SUBJECTS[about]}: ${code}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
