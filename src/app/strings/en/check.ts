/** Checking and repairing a storage. */
import { digits, n, notes } from './counts.ts';

export const check = {
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
      other: '# of the keys that your passphrase and recovery words unlock are missing, and this device has no copies.',
    }),
  slotDamagedHere: (count: number) =>
    n(count, {
      one: '# of the keys that your passphrase and recovery words unlock is damaged. This device has a copy.',
      other: '# of the keys that your passphrase and recovery words unlock are damaged. This device has copies.',
    }),
  slotDamagedNowhere: (count: number) =>
    n(count, {
      one: '# of the keys that your passphrase and recovery words unlock is damaged, and this device has no copy.',
      other: '# of the keys that your passphrase and recovery words unlock are damaged, and this device has no copies.',
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
      other: '# couldn’t be put back: this device hasn’t got them. Open Satchel on your other devices and check there.',
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
};
