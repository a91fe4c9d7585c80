/** Connecting a storage. */
import { n } from './counts.ts';

export const connect = {
  page: 'Connect a storage',
  step: (number: number, of: number) => `Step ${number} of ${of}`,
  chooseTitle: 'Where should your notes go?',
  chooseBody: 'Pick a place that you already have. Satchel gets a folder of its own there and can see nothing else.',
  chooseBodyAccounts:
    'Pick a place that you already have, or sign in to a cloud. Satchel gets a place of its own there and can see nothing else.',
  chooseNone: 'No storage is set up on this site. With a client id of your own you can connect one all the same.',
  go: (label: string) => `Connect ${label}`,
  goHint: (label: string) => `You’ll be sent to ${label} to agree, and then back here.`,
  goAccountHint: 'You sign in here with an e-mail address and a password, or create an account.',
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
    'It seals your notes before they’re stored. You’ll enter it once on each new device, so choose something long that you’ll remember, or let your password manager make one. Don’t reuse the password of an account: nobody can reset this one.',
  passphrase: 'Passphrase',
  passphraseUser: 'Satchel vault',
  show: 'Show the passphrase',
  hide: 'Hide the passphrase',
  strengthIs: (words: string) => `Strength: ${words}`,
  strength: ['Far too easy to guess', 'Too easy to guess', 'Could be stronger', 'Good', 'Strong'] as readonly string[],
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
  mergeNeeded: 'Tick the box to go on, or don’t connect: without merging there would be two separate collections here.',
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
};
