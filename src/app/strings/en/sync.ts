/** The state of the sync, and what stops it. */
import { n } from './counts.ts';

export const sync = {
  page: 'Sync',
  /** The indicator's words. */
  onlyHere: 'Saved on this device',
  waiting: (count: number) => n(count, { one: '# note waiting', other: '# notes waiting' }),
  checking: 'Checking…',
  receiving: 'Receiving notes…',
  receivingPart: (done: number, total: number) => `Receiving, ${done} of ${total}`,
  sending: (count: number) => n(count, { one: 'Sending # note…', other: 'Sending # notes…' }),
  sendingPlain: 'Sending…',
  paused: 'Sync is paused',
  syncedNow: 'Synced just now',
  synced: (ago: string) => `Synced ${ago}`,
  syncedUnread: 'Synced, but not all is readable',
  notYet: 'Not synced yet',
  indicator: (words: string) => `Sync: ${words}`,

  troubleShort: {
    signIn: (label: string) => `${label} asks you to sign in again`,
    otherAccount: (label: string) => `${label} is signed in to another account`,
    halfConnected: 'Connecting isn’t finished',
    quota: (label: string) => `${label} is full`,
    rateLimited: (label: string) => `${label} asks us to wait`,
    unavailable: (label: string) => `Can’t reach ${label}`,
    emptied: (label: string) => `Your notes are gone from ${label}`,
    closed: (label: string) => `Your vault was deleted from ${label}`,
    tooLarge: (count: number) =>
      n(count, { one: '# note is too large to sync', other: '# notes are too large to sync' }),
    rejected: (label: string) => `${label} refused a request`,
    bug: 'Sync stopped on a mistake of ours',
    full: 'This device is full',
    noDatabase: 'Nothing can be saved here',
    insecure: 'This address isn’t safe for notes',
    blocked: 'Waiting for another tab',
    newer: 'Satchel needs a reload',
    failed: 'Can’t save on this device',
  },
  trouble: {
    signIn: (label: string) =>
      `The login has ended or was withdrawn. Your notes are safe on this device; what you change is kept here and goes out once you sign in to ${label} again.`,
    otherAccount: (expected: string, found: string) =>
      `Your vault is in the account ${expected}, but the login is for ${found}. Nothing was sent. Sign in with the first account.`,
    halfConnected: (label: string) =>
      `You began to connect another storage, and this device belongs to the vault there now. Nothing more is sent to ${label}. Finish connecting, and your notes go where they belong.`,
    quota: (label: string) =>
      `There is no room left in ${label}. Your notes are safe on this device. Free some space there, then sync again.`,
    rateLimited: (time: string) => `Too many requests in a short time. Satchel goes on by itself at ${time}.`,
    unavailable: (label: string) =>
      `${label} can’t be reached: there’s no connection, or the service is down. Satchel tries again by itself. Everything you write is kept here.`,
    emptied: (lost: number, of: number, label: string) =>
      lost >= of
        ? `Everything Satchel had stored in ${label} is gone. Somebody may have deleted it, there or from another program. Your notes are still on this device. Nothing is sent or deleted until you decide.`
        : `${lost} of the ${of} parts of your vault are gone from ${label} or damaged there, and most of your notes were in them. Your notes are still on this device. Nothing is sent or deleted until you decide.`,
    closed: (label: string) =>
      `Somebody deleted it there, on this device or another one of yours. Your notes are still on this device, and nothing is sent to ${label} any more. Disconnect the storage to keep them only here. Or put them back: then your other devices that still have theirs go on syncing, too.`,
    closedLeft: (count: number) =>
      n(count, {
        one: '# object is still there, from a device that hadn’t heard of it or from a deletion that was cut short.',
        other:
          '# objects are still there, from a device that hadn’t heard of it or from a deletion that was cut short.',
      }),
    tooLarge: 'These stay on this device; all others are sent. Split them into smaller notes, and they go out too.',
    rejected: (label: string) => `${label} refused what Satchel asked for. Please report this:`,
    bug: 'This is a mistake in Satchel. Your notes are safe on this device. Please report this:',
  },
  bodyGood: (label: string) => `All your notes are here and, sealed, in ${label}.`,
  bodyUnread: (label: string) =>
    `Everything written on this device has been sent to ${label}. Something there needs a look, though: see below.`,
  bodyWaiting: (label: string) => `What waits is saved on this device and goes to ${label} with the next sync.`,
  account: 'Account',
  storage: 'Connection',
  place: 'Storage',
  lastSynced: 'Last synced',
  never: 'Not yet',
  whatWaits: 'Waiting to be sent',
  andMore: (count: number) => n(count, { one: 'and # more', other: 'and # more' }),
  waitingUnnamed: (count: number) =>
    n(count, {
      one: 'A deletion, or a change to your notebooks',
      other: '# deletions, or changes to your notebooks',
    }),
  unreadTitle: 'Worth knowing',
  damaged: (count: number) =>
    n(count, {
      one: '# object in the storage is damaged and couldn’t be read. It’s left as it is; a device that holds its notes can send them again.',
      other:
        '# objects in the storage are damaged and couldn’t be read. They’re left as they are; a device that holds their notes can send them again.',
    }),
  newer: (count: number) =>
    n(count, {
      one: '# object was written by a newer Satchel. It’s left as it is; update Satchel here to read it.',
      other: '# objects were written by a newer Satchel. They’re left as they are; update Satchel here to read them.',
    }),
  locked: (count: number) =>
    n(count, {
      one: '# object is sealed with a key that this device doesn’t have. It’s left as it is, and tried again later.',
      other:
        '# objects are sealed with a key that this device doesn’t have. They’re left as they are, and tried again later.',
    }),
  unknown: (count: number) =>
    n(count, {
      one: '# change was made by a newer Satchel. It’s kept as it came; update Satchel here to see it.',
      other: '# changes were made by a newer Satchel. They’re kept as they came; update Satchel here to see them.',
    }),
  aside: (count: number) =>
    n(count, {
      one: '# change couldn’t be applied. It’s kept as it came, and nothing is lost.',
      other: '# changes couldn’t be applied. They’re kept as they came, and nothing is lost.',
    }),
  gone: (count: number) =>
    n(count, {
      one: '# object that was in the storage has gone. What was in it is on this device, which puts it there again within a day.',
      other:
        '# objects that were in the storage have gone. What was in them is on this device, which puts it there again within a day.',
    }),
  lost: (count: number) =>
    n(count, {
      one: '# object that was in the storage has gone, and this device hadn’t read all of it. Open Satchel on your other devices: one that has it puts it there again.',
      other:
        '# objects that were in the storage have gone, and this device hadn’t read all of them. Open Satchel on your other devices: one that has them puts them there again.',
    }),
  missing: (count: number) =>
    n(count, {
      one: 'Another device has # change that hasn’t arrived in the storage for over an hour. Open Satchel there to send it again.',
      other:
        'Other devices have # changes that haven’t arrived in the storage for over an hour. Open Satchel there to send them again.',
    }),
  syncNow: 'Sync now',
  reconnect: (label: string) => `Sign in to ${label}`,
  reload: 'Reload',
  finish: 'Finish connecting',
  putBack: 'Put my notes back',
  puttingBack: 'Putting back…',
  putBackDone: 'Your notes are being put back.',
  twoVaultsTitle: (label: string) => `There are two vaults in ${label}`,
  twoVaultsBody:
    'Two of your devices made one at the same moment. This device belongs to the one that new devices won’t find. Unlock the other one with the passphrase or the recovery words that were chosen for it, and all notes of this device move there.',
  twoVaultsUnlock: 'Unlock the other vault',
  twoVaultsMoved: 'This device belongs to the other vault now, and brings its notes there.',
  leftTitle: (label: string) => `This device’s old vault is still in ${label}`,
  leftBody:
    'Everything that was in it is in your vault now. If another device still uses the old one, delete it all the same: that device keeps its notes, and tells how to bring them.',
  leftUnread:
    'It isn’t deleted yet, because this device hasn’t read everything in it. Open Satchel on the other devices that used it, and unlock your vault there.',
  leftWaiting: 'Once everything that this device brought along is in your vault, the old one can be deleted.',
  leftDelete: 'Delete the old vault',
  leftDeleteTitle: (label: string) => `Delete the old vault from ${label}?`,
  leftDeleteBody:
    'Its notes stay: they are on this device, and in your vault. Devices that still belong to the old one stop syncing and say why.',
  leftDeleted: 'The old vault is deleted.',
  deleteRest: 'Delete what is left',

  disconnect: 'Disconnect',
  disconnectTitle: (label: string) => `Disconnect ${label}?`,
  disconnectBody: (label: string) =>
    `Your notes stay on this device, and your sealed vault stays in ${label}. This device forgets the login and stops syncing. You can connect again at any time.`,
  disconnectBodyNoVault: (label: string) =>
    `Your notes stay on this device. It forgets the login for ${label} and stops syncing. You can connect again at any time.`,
  disconnectWaiting: (count: number) =>
    n(count, {
      one: '# note has changes that haven’t been sent. They stay here.',
      other: '# notes have changes that haven’t been sent. They stay here.',
    }),
  disconnected: (label: string) => `${label} is disconnected. Your notes are still here.`,
  failed: 'That didn’t work. Try again in a moment.',
  copyDetail: 'Copy details',
  localTitle: 'Your notes live on this device',
  localBody:
    'Nothing leaves it. To have them on your other devices too, and to survive a lost one, connect a storage of your own. What is stored there is sealed first: the provider can’t read it.',
  connect: 'Connect a storage',
};
