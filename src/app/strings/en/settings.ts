/** The settings, and what is decided there. */

export const settings = {
  page: 'Settings',
  appearance: 'Appearance',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  languageName: 'English',
  languageBody: 'Dates follow your browser’s region.',
  storage: 'Storage on this device',
  persistTitle: 'Protection from clean-up',
  persisted: 'The browser has promised to keep your notes until you remove them yourself.',
  notPersisted:
    'The browser may clear this site’s data when the device runs low on space. Connecting a storage keeps your notes safe elsewhere too.',
  persistUnknown: 'This browser doesn’t tell.',
  askPersist: 'Ask the browser to keep them',
  persistDenied: 'The browser said no for now. It usually agrees once Satchel is installed or used often.',
  usageTitle: 'Space used',
  usage: (used: string, quota: string) => `${used} of about ${quota} that the browser allows`,
  usageUnknown: 'This browser doesn’t tell.',
  syncing: 'Sync',
  install: 'Install',
  installName: 'A window of its own',
  installBody: 'Open Satchel from your home screen or dock. It works the same, offline too.',
  installNow: 'Install Satchel',
  installIos: 'On iPhone and iPad: tap the Share button, then “Add to Home Screen”.',
  installOther: 'Your browser’s menu may have an entry “Install” or “Add to Home screen”.',
  about: 'About',
  version: 'Version',
  keyboard: 'Keyboard',
  keys: {
    newNote: 'New note',
    filter: 'Filter the list',
    nextNote: 'Next or previous note in the list',
    leave: 'Leave the text',
    task: 'Tick the task on this line',
    bold: 'Bold',
    italic: 'Italic',
    undo: 'Undo',
    findInNote: 'Find in the note',
  },
  keyNames: { shift: 'Shift', enter: 'Enter', escape: 'Esc', tab: 'Tab' },
};

export const deleteVault = {
  section: 'Vault',
  name: (label: string) => `Delete the vault from ${label}`,
  about: (label: string) =>
    `Removes the sealed notes that Satchel stored in ${label}. Your devices keep their notes and stop syncing.`,
  open: 'Delete the vault…',
  title: (label: string) => `Delete the vault from ${label}?`,
  body: (label: string) =>
    `All sealed notes are deleted from ${label}. Two small key files and a notice stay, so that your other devices can read why they stop syncing.`,
  keeps:
    'Your notes stay on this device and on every other one that has them. A device that was lost, or a browser whose data was cleared, can’t get them back any more.',
  undo: 'Any of your devices can put its notes back later.',
  word: 'delete',
  confirm: (word: string) => `Type “${word}” to go on`,
  wrong: (word: string) => `That isn’t “${word}”. Nothing was deleted.`,
  go: 'Delete the vault',
  going: 'Deleting…',
  done: (label: string) => `The vault is deleted from ${label}. Your notes are still here.`,
};
