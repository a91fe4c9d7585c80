/** The frame, the sidebar, and what shows when something is wrong with the app itself. */
import { n } from './counts.ts';

export const app = {
  name: 'Satchel',
  skipToNotes: 'Skip to the notes',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  tryAgain: 'Try again',
  documentTitle: (page: string) => `${page} · Satchel`,
};

export const sidebar = {
  label: 'Notebooks and tags',
  open: 'Open the menu',
  close: 'Close the menu',
  all: 'All notes',
  pinned: 'Pinned',
  trash: 'Trash',
  notebooks: 'Notebooks',
  tags: 'Tags',
  settings: 'Settings',
  addNotebook: 'Add a notebook',
  noNotebooks: 'Notebooks keep things that belong together.',
};

export const notebook = {
  actions: (name: string) => `Actions for ${name}`,
  newTitle: 'New notebook',
  newInside: 'New notebook inside',
  newInsideTitle: (parent: string) => `New notebook in “${parent}”`,
  rename: 'Rename',
  renameTitle: (name: string) => `Rename “${name}”`,
  name: 'Name',
  namePlaceholder: 'Recipes, Work, Journal…',
  nameMissing: 'Give the notebook a name.',
  create: 'Create notebook',
  save: 'Save',
  moveUp: 'Move up',
  moveDown: 'Move down',
  move: 'Move to…',
  moveTitle: (name: string) => `Move “${name}” to`,
  topLevel: 'The top level',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove “${name}”?`,
  removeBody: (count: number) =>
    count === 0
      ? 'It has no notes in it.'
      : n(count, {
          one: 'The note in it stays, in no notebook. Nothing is deleted.',
          other: 'The # notes in it stay, in no notebook. Nothing is deleted.',
        }),
  removeConfirm: 'Remove notebook',
  unnamed: 'Notebook',
};

export const toast = { region: 'Messages', dismiss: 'Dismiss' };

export const update = {
  ready: 'A new version of Satchel is ready.',
  reload: 'Reload',
  unsaved:
    'A new version of Satchel is ready, but what you typed here couldn’t be saved on this device, so this tab wasn’t reloaded. Copy or download your text, or free some space and reload.',
};

export const unknownPage = {
  title: 'There’s nothing at this address',
  body: 'The link may be incomplete, or from somewhere else.',
  home: 'Go to all notes',
};

export const trouble = {
  noDatabaseTitle: 'There’s nowhere to keep your notes',
  noDatabaseBody:
    'This browser window doesn’t let Satchel store anything. That’s usual in some private windows, or when site data is switched off. Open Satchel in a normal window, or allow site data for this address.',
  insecureTitle: 'This address isn’t safe for notes',
  insecureBody:
    'Satchel was opened over plain http, where browsers offer neither encryption nor offline use. Open it over https, or on the computer that serves it as http://localhost.',
  blockedTitle: 'Another tab is in the way',
  blockedBody:
    'Satchel has been updated, but another tab still uses the old version. Close the other tabs with Satchel in them, and this one goes on by itself.',
  newerTitle: 'Your notes were saved by a newer Satchel',
  newerBody:
    'This window runs an older version, which could damage them, so it left them alone. Reload to get the newest version. If that doesn’t help, close all tabs with Satchel and open it again.',
  fullTitle: 'This device is full',
  fullBody: 'There’s no room left to save in. Free some space on the device; Satchel keeps trying.',
  failedTitle: 'The notes on this device couldn’t be opened',
  failedBody: 'The browser’s database gave an error. Reload first; if it stays, restart the browser.',
  updatedTitle: 'Satchel was updated in another tab',
  updatedBody: 'This tab still runs the old version and can’t save any more. Reload it to go on.',
  takeText: 'If your last words aren’t there after that, you have them here:',
  bannerFull:
    'This device is full. What you typed is safe in this window, but not saved yet. Free some space; Satchel tries again by itself.',
  bannerFailed:
    'What you typed couldn’t be saved on this device yet. It’s safe in this window as long as it stays open.',
  copyText: 'Copy my text',
  downloadText: 'Download my text',
  textFile: 'satchel-unsaved.md',
  reload: 'Reload',
  crashTitle: 'Something went wrong',
  crashBody:
    'Satchel made a mistake and had to stop showing this page. What was saved is safe. If you were typing, copy your text before you reload.',
  crashNoText: 'Satchel made a mistake and had to stop showing this page. What was saved is safe.',
};
