/** The page where a person says yes or no. It says that it is a stand-in, so that nobody types a real password. */
import type { Account } from './world.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1e2430; --quiet: #5b6472; --paper: #fff; --ground: #eef1f6; --line: #d5dbe5; --act: #0b57d0; --on-act: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --quiet: #a3acbb; --paper: #1c212b; --ground: #11141a; --line: #363e4c; --act: #8ab4f8; --on-act: #0b1b33; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { width: 100%; max-width: 27rem; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
.demo { margin: 0; padding: .6rem 1.75rem; font-size: .875rem; color: var(--quiet); border-bottom: 1px dashed var(--line); }
form { padding: 1.5rem 1.75rem 1.75rem; }
h1 { margin: 0 0 .25rem; font-size: 1.3rem; line-height: 1.3; }
p { margin: 0 0 1.25rem; color: var(--quiet); }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; }
legend { padding: 0; font-weight: 600; margin-bottom: .4rem; }
label { display: flex; gap: .75rem; align-items: center; padding: .65rem .8rem; border: 1px solid var(--line); cursor: pointer; }
label + label { border-top: 0; }
label span { display: block; }
small { display: block; color: var(--quiet); }
ul { margin: 0 0 1.5rem; padding-left: 1.2rem; }
.buttons { display: flex; gap: .75rem; justify-content: flex-end; }
button { font: inherit; font-weight: 600; padding: .55rem 1.3rem; border-radius: 9px; border: 1px solid var(--line); color: inherit; background: none; cursor: pointer; }
button.act { color: var(--on-act); background: var(--act); border-color: var(--act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
`;

const WISHES: Readonly<Record<string, string>> = {
  'https://www.googleapis.com/auth/drive.file': 'See, edit, create and delete only the Drive files it makes itself',
  'https://www.googleapis.com/auth/drive.appdata': 'See, create and delete its own configuration data in your Drive',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function accountChoice(account: Account, checked: boolean): string {
  return `<label><input type="radio" name="account" value="${escapeHtml(account.id)}"${checked ? ' checked' : ''}>
<span>${escapeHtml(account.displayName)}<small>${escapeHtml(account.email)}</small></span></label>`;
}

function page(title: string, body: string, nonce: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}</style></head>
<body><main><p class="demo">Google Drive (local demo). This is a stand-in on this computer; nothing leaves it.</p>
${body}</main></body></html>`;
}

const words = (scope: string) => escapeHtml(WISHES[scope] ?? scope);

/** One wish is granted or not as a whole; of several, the person may grant some. */
function wishList(scopes: readonly string[]): string {
  if (scopes.length === 1) return `<ul>${scopes.map((scope) => `<li>${words(scope)}</li>`).join('')}</ul>`;
  const boxes = scopes.map(
    (scope) =>
      `<label><input type="checkbox" name="granted" value="${escapeHtml(scope)}"><span>${words(scope)}</span></label>`,
  );
  return `<fieldset><legend>It may</legend>${boxes.join('')}</fieldset>`;
}

/** @param chosen an account's id. @param hidden the request's own parameters, sent back with the answer. */
export function consentPage(
  accounts: readonly Account[],
  chosen: string | undefined,
  scopes: readonly string[],
  hidden: URLSearchParams,
  nonce: string,
): string {
  const inputs = [...hidden]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
  return page(
    'Allow access? – Google Drive (local demo)',
    `<form method="post">
<h1>Satchel would like to keep notes in this Google Drive</h1>
<p>It sees what it made itself, and nothing else.</p>
<fieldset><legend>Account</legend>${accounts.map((account) => accountChoice(account, account.id === chosen)).join('')}</fieldset>
${wishList(scopes)}
${inputs}
<div class="buttons"><button name="decision" value="cancel">Cancel</button>
<button class="act" name="decision" value="allow">Continue</button></div></form>`,
    nonce,
  );
}

export function refusalPage(text: string, nonce: string): string {
  return page(
    'Cannot continue – Google Drive (local demo)',
    `<form><h1>Access blocked</h1><p>${escapeHtml(text)}</p></form>`,
    nonce,
  );
}
