/** Every visible word, in English. Its shape is the shape of every other language's catalogue. */
import { pluralIn } from './plural.ts';

const n = pluralIn('en');
const notes = (count: number): string => n(count, { one: '# note', other: '# notes' });
const digits = (count: number): string => n(count, { other: '#' });

export type Strings = typeof en;

export const en = {
  app: {
    name: 'Satchel',
    skipToNotes: 'Skip to the notes',
    close: 'Close',
    cancel: 'Cancel',
    back: 'Back',
    tryAgain: 'Try again',
    documentTitle: (page: string) => `${page} · Satchel`,
  },

  sidebar: {
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
  },

  notebook: {
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
  },

  list: {
    newNote: 'New note',
    filter: 'Filter by title',
    clearFilter: 'Clear the filter',
    label: (view: string) => `Notes: ${view}`,
    count: notes,
    untitled: 'Untitled',
    noText: 'No more text',
    onItsWay: 'The text is on its way',
    pinned: 'Pinned',
    sample: 'Example',
    tasks: (done: number, total: number) => `${done} of ${total} tasks done`,
    tasksShort: (done: number, total: number) => `${done}/${total}`,
    tagged: (tags: string) => `Tags: ${tags}`,
    more: 'List actions',
    removeSamples: 'Move the examples to the trash',
    samplesRemoved: 'The examples are in the trash.',
    empty: {
      allTitle: 'Nothing here yet',
      allBody: 'Write the first thing that comes to mind. It’s kept on this device, at once.',
      pinnedTitle: 'Nothing pinned',
      pinnedBody: 'Pin a note to keep it within reach, at the top of every list.',
      trashTitle: 'The trash is empty',
      trashBody: 'Notes that you throw away wait here, so you can change your mind.',
      notebookTitle: 'An empty notebook',
      notebookBody: 'New notes that you start here go into it.',
      tagTitle: 'No notes with this tag',
      tagBody: 'Add it to a note from the line under the note’s toolbar.',
      goneTitle: 'This notebook isn’t here any more',
      goneBody: 'It was removed, here or on another device. Its notes are under “All notes”.',
      filterTitle: 'No title matches',
      filterBody: (text: string) => `None of the titles here has “${text}” in it.`,
    },
  },

  note: {
    label: (title: string) => `Note: ${title}`,
    editor: 'Note text, in Markdown',
    placeholder: 'Start writing. The first line becomes the title.',
    toolbar: 'Note actions',
    pin: 'Pin',
    unpin: 'Unpin',
    more: 'More actions',
    trash: 'Move to trash',
    restore: 'Restore',
    copyText: 'Copy text',
    copied: 'Copied.',
    copyFailed: 'The browser didn’t allow copying. Select the text and copy it yourself.',
    trashed: 'Moved to the trash.',
    undo: 'Undo',
    restored: 'Restored.',
    inTrash: (when: string) => `In the trash since ${when}. Restore it to edit it.`,
    noNotebook: 'No notebook',
    notebook: 'Notebook',
    notebookIs: (name: string) => `Notebook: ${name}`,
    newNotebook: 'New notebook…',
    addTag: 'Add tag',
    tagInput: 'Tag',
    tagPlaceholder: 'Tag name',
    removeTag: (tag: string) => `Remove tag ${tag}`,
    tags: 'Tags',
    edited: (when: string) => `Edited ${when}`,
    editedNow: 'Edited just now',
    task: 'Task done',
    keyboardHint: 'Press Escape, then Tab, to leave the text.',
    nothingOpenTitle: 'Pick up where you left off',
    nothingOpenBody: 'Choose a note from the list, or start a new one.',
    shortcut: (keys: string) => `or press ${keys}`,
    unknownTitle: 'This note isn’t here',
    unknownBody: 'It may have been removed, or it hasn’t reached this device yet.',
    awayTitle: 'The text isn’t on this device yet',
    awayBody: (place: string) => `It’s still in ${place} and couldn’t be fetched just now.`,
    awayBodyPlain: 'It’s still in your storage and couldn’t be fetched just now.',
    backToList: 'Back to the list',
    couldNotSave: 'That couldn’t be saved on this device.',
  },

  trash: {
    purge: 'Delete for good',
    purgeAsk: 'Delete for good…',
    purgeTitle: (title: string) => `Delete “${title}” for good?`,
    empty: 'Empty trash',
    emptyTitle: (count: number) =>
      n(count, { one: 'Delete the # note in the trash for good?', other: 'Delete all # notes in the trash for good?' }),
    purgeBody: 'This can’t be undone.',
    purgeDevices: 'Your other devices do the same with their next sync.',
    purgeStorage: (label: string) => `The text leaves ${label} within 30 days.`,
    purgeUnseen:
      'A note that was changed on another device comes back to the trash, whole, if the change hasn’t arrived here yet.',
    purging: 'Deleting…',
    purged: (count: number) => n(count, { one: 'Deleted for good.', other: '# notes were deleted for good.' }),
    keptAway: (count: number) =>
      n(count, {
        one: '# note stays: its text isn’t on this device yet and couldn’t be fetched. Try again once you’re connected.',
        other:
          '# notes stay: their text isn’t on this device yet and couldn’t be fetched. Try again once you’re connected.',
      }),
    keptUnread: (count: number) =>
      n(count, {
        one: '# note stays: a part of it hasn’t arrived here or can’t be read, and nobody knows what is in it.',
        other: '# notes stay: parts of them haven’t arrived here or can’t be read, and nobody knows what is in them.',
      }),
    goes: 'Notes that have been here for 30 days are deleted for good.',
    stays: 'Notes stay here until you delete them for good.',
    back: 'Edited on one device after another had deleted it for good. So that nothing is lost, it’s back, whole. Restore it to keep it.',
    backMark: 'Edited after it was deleted',
  },

  /** CodeMirror's own words, under the names that it looks them up by. */
  search: {
    Find: 'Find',
    Replace: 'Replace with',
    next: 'Next',
    previous: 'Previous',
    all: 'Select all',
    'match case': 'Match case',
    regexp: 'Pattern',
    'by word': 'Whole words',
    replace: 'Replace',
    'replace all': 'Replace all',
    close: 'Close',
    'current match': 'present match',
    'on line': 'on line',
    'replaced match on line $': 'replaced match on line $',
    'replaced $ matches': 'replaced $ matches',
    'Selection deleted': 'Selection deleted',
    'Go to line': 'Go to line',
    go: 'Go',
  },

  sync: {
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
  },

  check: {
    title: (label: string) => `Storage: ${label}`,
    name: 'Check this storage',
    about: (label: string) =>
      `Reads what Satchel keeps in ${label}, and tells you if anything is missing or damaged. It changes nothing there.`,
    depth: 'How thorough',
    depths: { quick: 'Quick', full: 'Thorough' },
    depthAbout: {
      quick: 'Reads how each object begins. Takes little time and little data.',
      full: 'Reads everything to the last byte, and looks at each note. Downloads all of it.',
    },
    start: 'Check now',
    again: 'Check again',
    stop: 'Stop',
    stopping: 'Stopping…',
    /** What the bar shows, for screen readers. */
    bar: 'Progress',
    steps: {
      waiting: 'Waiting for the sync to finish…',
      listing: 'Looking what is there…',
      reading: (done: number, of: number) =>
        `Reading, ${digits(done)} of ${n(of, { one: '# object', other: '# objects' })}`,
      comparing: (done: number, of: number) => `Comparing, ${digits(done)} of ${notes(of)}`,
      repairing: (done: number, of: number) => `Putting back, ${digits(done)} of ${digits(of)}`,
    },
    stopped: 'That was stopped before it was through. Nothing is wrong because of it.',
    interrupted: 'The last one ended early, because its window was closed.',
    good: 'Everything is in order',
    bad: 'Not everything is as it should be',
    meta: {
      quick: (date: string, objects: number, bytes: string) =>
        `Quick check, ${date} · ${n(objects, { one: '# object', other: '# objects' })}, ${bytes}`,
      full: (date: string, objects: number, bytes: string) =>
        `Thorough check, ${date} · ${n(objects, { one: '# object', other: '# objects' })}, ${bytes}`,
    },
    allNotes: (known: number, label: string) =>
      known === 1
        ? `Your note could be restored from ${label} alone.`
        : `All ${notes(known)} could be restored from ${label} alone.`,
    someNotes: (restorable: number, known: number, label: string) =>
      `${digits(restorable)} of ${notes(known)} could be restored from ${label} alone.`,
    noneNotes: (known: number, label: string) =>
      known === 1
        ? `Your note couldn’t be restored from ${label} alone.`
        : `None of your ${notes(known)} could be restored from ${label} alone.`,
    noNotes: 'There are no notes on this device yet.',
    waitingNotes: (count: number) =>
      n(count, { one: '# has changes that are still to be sent.', other: '# have changes that are still to be sent.' }),
    notebooks: 'Your notebooks could not be restored yet.',
    lacking: 'Only on your devices:',
    andMore: (count: number) => n(count, { one: 'and # more', other: 'and # more' }),
    missingHere: (count: number) =>
      n(count, {
        one: '# object is missing. This device still has what was in it.',
        other: '# objects are missing. This device still has what was in them.',
      }),
    missingNowhere: (count: number) =>
      n(count, {
        one: '# object is missing, and this device hasn’t got what was in it. Open Satchel on your other devices and check there.',
        other:
          '# objects are missing, and this device hasn’t got what was in them. Open Satchel on your other devices and check there.',
      }),
    unseenHere: (count: number) =>
      n(count, {
        one: '# change that was sent isn’t in the storage any more. This device still has it.',
        other: '# changes that were sent aren’t in the storage any more. This device still has them.',
      }),
    unseenNowhere: (count: number) =>
      n(count, {
        one: 'Another device speaks of # change that is neither in the storage nor on this device. Open Satchel on your other devices and check there.',
        other:
          'Other devices speak of # changes that are neither in the storage nor on this device. Open Satchel on your other devices and check there.',
      }),
    damagedHere: (count: number) =>
      n(count, {
        one: '# object is damaged. This device still has what was in it.',
        other: '# objects are damaged. This device still has what was in them.',
      }),
    damagedElsewhere: (count: number) =>
      n(count, {
        one: '# object is damaged, and nothing is lost with it: other objects hold what was in it.',
        other: '# objects are damaged, and nothing is lost with them: other objects hold what was in them.',
      }),
    damagedNowhere: (count: number) =>
      n(count, {
        one: '# object is damaged, and this device hasn’t got what was in it. Open Satchel on your other devices and check there.',
        other:
          '# objects are damaged, and this device hasn’t got what was in them. Open Satchel on your other devices and check there.',
      }),
    slotMissingHere: (count: number) =>
      n(count, {
        one: '# of the keys that your passphrase and recovery words unlock is missing. This device has a copy.',
        other: '# of the keys that your passphrase and recovery words unlock are missing. This device has copies.',
      }),
    slotMissingNowhere: (count: number) =>
      n(count, {
        one: '# of the keys that your passphrase and recovery words unlock is missing, and this device has no copy.',
        other:
          '# of the keys that your passphrase and recovery words unlock are missing, and this device has no copies.',
      }),
    slotDamagedHere: (count: number) =>
      n(count, {
        one: '# of the keys that your passphrase and recovery words unlock is damaged. This device has a copy.',
        other: '# of the keys that your passphrase and recovery words unlock are damaged. This device has copies.',
      }),
    slotDamagedNowhere: (count: number) =>
      n(count, {
        one: '# of the keys that your passphrase and recovery words unlock is damaged, and this device has no copy.',
        other:
          '# of the keys that your passphrase and recovery words unlock are damaged, and this device has no copies.',
      }),
    lateListing: (count: number, label: string) =>
      n(count, {
        one: `# object can be read, though ${label} doesn’t list it. Lists can be late; nothing is lost.`,
        other: `# objects can be read, though ${label} doesn’t list them. Lists can be late; nothing is lost.`,
      }),
    lateRead: (count: number, label: string) =>
      n(count, {
        one: `${label} lists # object that can’t be read. It may have been removed a moment ago; check again in a while.`,
        other: `${label} lists # objects that can’t be read. They may have been removed a moment ago; check again in a while.`,
      }),
    foreignVault: (count: number) =>
      n(count, {
        one: '# object belongs to another vault. It was left alone.',
        other: '# objects belong to another vault. They were left alone.',
      }),
    foreignFile: (count: number) =>
      n(count, {
        one: '# file isn’t Satchel’s. It does no harm and was left alone.',
        other: '# files aren’t Satchel’s. They do no harm and were left alone.',
      }),
    unmentioned: (count: number) =>
      n(count, {
        one: '# object is new here. The next sync reads it.',
        other: '# objects are new here. The next sync reads them.',
      }),
    newer: (count: number) =>
      n(count, {
        one: '# object comes from a newer Satchel. It’s left as it is; update Satchel here to read it.',
        other: '# objects come from a newer Satchel. They’re left as they are; update Satchel here to read them.',
      }),
    locked: (count: number) =>
      n(count, {
        one: '# object is sealed with a key that this device hasn’t got. It was left alone.',
        other: '# objects are sealed with a key that this device hasn’t got. They were left alone.',
      }),
    superseded: (count: number) =>
      n(count, {
        one: '# object isn’t needed any more: another one holds all of it. Satchel removes it by itself after a while.',
        other: '# objects aren’t needed any more: others hold all of it. Satchel removes them by itself after a while.',
      }),
    damage: {
      bytes: 'these aren’t the bytes that were stored',
      length: 'it’s longer or shorter than it should be',
      head: 'its beginning can’t be opened',
      block: 'a part of it can’t be opened',
      entry: 'a change in it can’t be read',
    },
    unknownDate: 'date not known',
    repair: 'Repair',
    repairAbout: (label: string) =>
      `What this device still has is stored in ${label} again, under new names. Nothing that anybody could need is removed.`,
    repairedTitle: 'Repaired as far as this device can',
    repairedAll: 'Repaired',
    repairedMeta: (date: string) => `${date}. Check again to see how things are now.`,
    foundBefore: 'What the check had found',
    look: 'Check this storage',
    putBack: (count: number) =>
      n(count, { one: '# was put back from this device.', other: '# were put back from this device.' }),
    well: (count: number) => n(count, { one: '# could be read after all.', other: '# could be read after all.' }),
    notHere: (count: number) =>
      n(count, {
        one: '# couldn’t be put back: this device hasn’t got it. Open Satchel on your other devices and check there.',
        other:
          '# couldn’t be put back: this device hasn’t got them. Open Satchel on your other devices and check there.',
      }),
    inPart: (count: number) =>
      n(count, {
        one: '# couldn’t be put back: this device has only a part of it.',
        other: '# couldn’t be put back: this device has only a part of them.',
      }),
    full: (count: number, label: string) =>
      n(count, {
        one: `# couldn’t be put back: ${label} is full.`,
        other: `# couldn’t be put back: ${label} is full.`,
      }),
    nothingToDo: 'There was nothing to put back.',
    failed: 'That didn’t work. Try again in a moment.',
  },

  connect: {
    page: 'Connect a storage',
    step: (number: number, of: number) => `Step ${number} of ${of}`,
    chooseTitle: 'Where should your notes go?',
    chooseBody: 'Pick a place that you already have. Satchel gets a folder of its own there and can see nothing else.',
    chooseNone: 'No storage is set up on this site. With a client id of your own you can connect one all the same.',
    go: (label: string) => `Connect ${label}`,
    goHint: (label: string) => `You’ll be sent to ${label} to agree, and then back here.`,
    going: (label: string) => `Going to ${label}…`,
    advanced: 'Advanced: use a client id of your own',
    advancedBody: 'If you registered Satchel with a provider yourself, its client id goes here. It isn’t a secret.',
    provider: 'Provider',
    clientId: 'Client id',
    clientIdMissing: 'Enter the client id that the provider gave you.',
    goOwn: 'Connect with this id',
    configFailed: 'The list of storages couldn’t be loaded.',

    factsTitle: 'Good to know',
    factSealed: 'Sealed before it leaves. Titles, text, tags and notebook names are encrypted on this device.',
    factSees: 'What the provider can see: that you use Satchel, how much you store, and when and how often you write.',
    factLost:
      'No back door. If you lose both your passphrase and your recovery words, nobody can open what is stored there, and we can’t help.',

    returning: 'Finishing the connection…',
    looking: 'Looking at what is there…',
    declined: 'You said no, or closed the page. That’s fine: your notes stay on this device.',
    failed:
      'The sign-in didn’t come through. It may have been an old link or another tab, or the provider had trouble. Start again from here.',
    thisStorage: 'this storage',
    yourStorage: 'your storage',
    stop: 'Don’t connect',
    account: (account: string) => `Signed in as ${account}`,

    passphraseTitle: 'Choose a passphrase',
    passphraseBody:
      'It seals your notes before they’re stored. You’ll enter it once on each new device, so choose something long that you’ll remember, or let your password manager make one.',
    passphrase: 'Passphrase',
    passphraseUser: 'Satchel vault',
    show: 'Show the passphrase',
    hide: 'Hide the passphrase',
    strengthIs: (words: string) => `Strength: ${words}`,
    strength: [
      'Far too easy to guess',
      'Too easy to guess',
      'Could be stronger',
      'Good',
      'Strong',
    ] as readonly string[],
    strengthHint: 'Four or more unrelated words make a strong passphrase that’s easy to type.',
    tooShort: (length: number) => `Use at least ${length} characters.`,
    tooWeak: 'This one would be guessed. Add another word or two.',
    next: 'Continue',

    wordsTitle: 'Your recovery words',
    wordsBody:
      'If you ever forget your passphrase, these twelve words open your vault. They’re shown only now. Write them down in order, or print them, and keep them somewhere safe, away from this device.',
    wordsLabel: 'Recovery words',
    copy: 'Copy',
    copied: 'Copied. Keep them somewhere safe.',
    download: 'Download',
    print: 'Print',
    fileName: 'satchel-recovery-words.txt',
    fileText: (words: string) =>
      `Satchel recovery words\n\nThese twelve words, in this order, open your Satchel vault if you forget your passphrase.\nAnybody who has them can read your notes, if they can also get at your storage.\n\n${words}\n`,
    wroteDown: 'I’ve kept them safe',
    confirmTitle: 'Let’s check that you have them',
    confirmBody: 'Look at what you wrote down and fill in these three.',
    wordNumber: (number: number) => `Word ${number}`,
    wordWrong: (number: number) => `That isn’t word ${number}. Check what you wrote down.`,
    showAgain: 'Show the words again',
    create: 'Create my vault',
    creating: 'Sealing your vault… this takes a few seconds, on purpose.',

    putThereTitle: (label: string) => `Put your vault in ${label}?`,
    putThereBody:
      'Nothing of Satchel’s is there yet. This device already has a vault, with its passphrase and recovery words. It can be put there as it is; they stay the same.',
    putThere: 'Put my vault there',

    unlockTitle: 'Your vault is here',
    unlockBody: 'Unlock it with your passphrase, or with your twelve recovery words.',
    mergeNotice: (count: number) =>
      n(count, {
        one: 'The # note on this device will be merged into it. Nothing is overwritten.',
        other: 'The # notes on this device will be merged into it. Nothing is overwritten.',
      }),
    mergeAsk: (count: number) =>
      n(count, { one: 'Merge the # note on this device', other: 'Merge the # notes on this device' }),
    mergeNeeded:
      'Tick the box to go on, or don’t connect: without merging there would be two separate collections here.',
    otherVaultTitle: 'This is another vault',
    otherVaultBody: (count: number) =>
      n(count, {
        one: 'This device belongs to a different vault. If you go on, it leaves that one and joins this one, and its # note is put into this vault too.',
        other:
          'This device belongs to a different vault. If you go on, it leaves that one and joins this one, and its # notes are put into this vault too.',
      }),
    otherVaultAgree: 'Join this vault and bring my notes',
    usePassphrase: 'Passphrase',
    useWords: 'Recovery words',
    secretKind: 'Unlock with',
    words: 'Recovery words',
    wordsHint: 'All twelve, in order, with spaces between them.',
    unlock: 'Unlock',
    unlocking: 'Unlocking… this takes a few seconds, on purpose.',
    wrongPassphrase:
      'That isn’t the passphrase of this vault. Check capitals and keyboard language, or use your recovery words.',
    wrongWords: 'These words don’t open this vault. They may belong to another one.',
    notWords: 'These aren’t twelve recovery words. Check the spelling and the order.',
    passphraseMissing: 'Enter your passphrase.',
    wordsMissing: 'Enter your twelve words.',
    otherMade: 'Another device made a vault here at the same moment. Unlock that one with the passphrase chosen there.',
    newerTitle: 'This vault needs a newer Satchel',
    newerBody:
      'It was written by a newer version than this one. Nothing was changed there. Reload to get the newest version, then connect again.',

    doneTitle: 'You’re connected',
    doneBody: (label: string) =>
      `Your notes are now being sealed and stored in ${label}. You can go on writing; this happens by itself.`,
    doneUnlocked: 'Your notes are arriving. You can start reading and writing right away.',
    toNotes: 'Go to my notes',
    toSync: 'See the sync page',
  },

  deleteVault: {
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
  },

  settings: {
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
  },

  update: {
    ready: 'A new version of Satchel is ready.',
    reload: 'Reload',
    unsaved:
      'A new version of Satchel is ready, but what you typed here couldn’t be saved on this device, so this tab wasn’t reloaded. Copy or download your text, or free some space and reload.',
  },

  trouble: {
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
  },

  toast: { region: 'Messages', dismiss: 'Dismiss' },
  unknownPage: {
    title: 'There’s nothing at this address',
    body: 'The link may be incomplete, or from somewhere else.',
    home: 'Go to all notes',
  },
};
