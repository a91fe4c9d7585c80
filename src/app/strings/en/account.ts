/** Accounts: signing in, and looking after one. */

export const account = {
  email: 'E-mail address',
  password: 'Password',
  currentPassword: 'Current password',
  newPassword: 'New password',
  code: 'Code',
  address: 'Address of the cloud',
  showPassword: 'Show the password',
  hidePassword: 'Hide the password',

  signInTitle: (label: string) => `Sign in to ${label}`,
  signInBody: 'With the e-mail address and the password of your account.',
  signInAgainBody: 'Your login has ended. What you changed meanwhile is kept here, and goes out once you’re signed in.',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  forgotten: 'Forgot your password?',
  toSignUp: 'Create an account',
  invitationOnly:
    'Accounts here are made by invitation. If you were invited, sign in with the password from the mail. If not, ask whoever runs this cloud.',

  signUpTitle: 'Create an account',
  signUpBody: (label: string) => `For ${label}. A code is mailed to you, to see that the address is yours.`,
  passwordHint: 'A password of its own, or let your password manager make one.',
  signUp: 'Create the account',
  signingUp: 'Creating the account…',
  toSignIn: 'I have an account',

  confirmTitle: 'Check your mail',
  confirmBody: (sentTo: string) => `A code was mailed to ${sentTo}. Enter it here. It may take a minute to arrive.`,
  confirm: 'Confirm',
  confirming: 'Confirming…',
  sendAgain: 'Send another code',
  otherAddress: 'Use another address',

  forgotTitle: 'Choose another password',
  forgotBody:
    'A code is mailed to you, with which you choose another password. Your notes and your passphrase stay as they are.',
  sendCode: 'Mail me a code',
  sending: 'Sending…',
  backToSignIn: 'Back to signing in',
  resetTitle: 'Choose another password',
  resetBody: (sentTo: string) =>
    `If there’s an account with this address, a code was mailed to ${sentTo}. Enter it here, with the password that you want from now on.`,
  reset: 'Change the password',
  resetting: 'Changing the password…',

  totpTitle: 'One more step',
  totpBody: 'Open your authenticator app and enter the six digits that it shows for Satchel.',
  totpLost:
    'Lost the app? Whoever runs this cloud can switch the second step off for you. Your notes stay on your devices.',
  newPasswordTitle: 'Choose a password of your own',
  newPasswordBody: 'You signed in with a password that works once. This is the one for every time after.',
  startAgain: 'Start again',

  notices: {
    confirmed: 'Your address is confirmed. Sign in with your password.',
    'sent-again': 'Another code is on its way. Only the newest one counts.',
    'too-late': 'That took too long, so it has to start again. Nothing was lost.',
    'confirm-first': 'This address isn’t confirmed yet. Enter the code that was mailed to it.',
    'reset-first': 'Whoever runs this cloud wants you to choose another password first.',
  },

  secretsTitle: 'Two secrets, for two things',
  secretPassword: 'The account password opens the account. If you forget it, you choose another one by mail.',
  secretPassphrase:
    'The vault passphrase opens your notes. It comes next; it never leaves your devices, and nobody can reset it.',

  beginFailedTitle: 'Signing in isn’t possible just now',

  ownCloud: 'Use my own cloud',
  ownCloudBody:
    'If you, or somebody you know, runs a Satchel cloud, the cloud address goes here that was shown when it was set up. It ends in amazonaws.com.',
  ownCloudGo: 'Find it',
  ownCloudGoing: 'Looking…',

  missing: {
    email: 'Enter your e-mail address.',
    password: 'Enter your password.',
    'new-password': 'Choose a password.',
    code: 'Enter the code.',
    address: 'Enter the address.',
  },
  refused: {
    WrongPassword: 'The address or the password isn’t right. Check capitals and keyboard language.',
    WrongCode: 'That isn’t the code. Check it, and that it’s the newest one.',
    CodeExpired: 'This code is too old. Have another one sent.',
    Exists: 'There’s an account with this address already. Sign in, or choose another password if you forgot it.',
    NotConfirmed: 'This address isn’t confirmed yet. Sign in, and a code is mailed to it.',
    ResetRequired: 'This account needs another password first. Choose “Forgot your password?”.',
    WeakPassword: 'This password is too simple for this cloud.',
    BadEmail: 'This doesn’t look like an e-mail address.',
    Closed: 'Accounts here are made by invitation. Ask whoever runs this cloud.',
    TooMany: 'Too many tries in a short time. Wait a few minutes, then try again.',
    SessionExpired: 'That took too long. Start again.',
    Offline: 'The cloud can’t be reached: there’s no connection, or it is down. Nothing is lost; try again in a while.',
    NoCloud: 'No Satchel cloud answers at this address. Check it letter by letter; it begins with https://.',
    SignedOut: 'You’re signed out. Sign in again.',
    Failed: 'That didn’t work, and the cloud doesn’t say why. Try again; if it stays, report this:',
  },
  wrongCurrent: 'That isn’t your present password.',
  wrongTotp:
    'That isn’t the code. It changes every half a minute; enter the one that is shown now, and check this device’s clock.',

  section: 'Account',
  loading: 'Asking the cloud…',
  passwordAbout: 'Opens the account. The passphrase, which opens your notes, is another thing.',
  changePassword: 'Change…',
  changeTitle: 'Change the account password',
  changeBody:
    'Your other devices stay signed in. Your passphrase isn’t changed by this: it opens your notes, and the password only the account.',
  change: 'Change the password',
  changing: 'Changing…',
  changed: 'Your account has a new password.',

  twoStep: 'Two-step sign-in',
  twoStepOn: 'On. Signing in asks for a code of your authenticator app, too.',
  twoStepOff: 'Off. With it, signing in asks for a code of an authenticator app, too.',
  twoStepUnknown: 'Not known just now.',
  turnOn: 'Turn on…',
  turnOff: 'Turn off…',
  turnOnTitle: 'Turn on two-step sign-in',
  turnOnBody: 'Scan this with an authenticator app, or type the key into it. Then enter the code that the app shows.',
  making: 'Making a key…',
  qr: 'The key as a picture, for your authenticator app to scan',
  key: 'Key',
  copyKey: 'Copy the key',
  prove: 'Turn on',
  proving: 'Checking…',
  turnedOn: 'Two-step sign-in is on.',
  turnOffTitle: 'Turn off two-step sign-in?',
  turnOffBody:
    'From then on the password alone opens the account. Your notes stay sealed by your passphrase in any case.',
  turnOffGo: 'Turn off',
  turnedOff: 'Two-step sign-in is off.',

  signOut: 'Sign out',
  signOutAbout: 'Notes on this device stay here; syncing stops.',
  signOutOpen: 'Sign out…',
  signOutTitle: (label: string) => `Sign out of ${label}?`,
  signOutBody:
    'Your notes stay on this device, and your sealed vault stays in the cloud. This device forgets the login and stops syncing. You can sign in again at any time.',
  signOutEverywhereBody:
    '“Everywhere” signs out all your devices, within the hour: for when one was lost or the password got about. What they changed meanwhile waits on them.',
  signOutHere: 'On this device',
  signOutEverywhere: 'Everywhere',
  signedOutHere: 'Signed out on this device. Your notes are still here.',
  signedOutEverywhere: 'Signed out everywhere. Your notes are still here.',

  remove: 'Delete the account',
  removeAbout: 'Removes the account and everything stored there. Your devices keep their notes.',
  removeOpen: 'Delete the account…',
  removeTitle: (label: string) => `Delete your account with ${label}?`,
  removeBody:
    'The account goes, and with it everything that is stored there: the sealed vault and its keys. This can’t be undone.',
  removeKeeps:
    'Your notes stay on this device and on every other one that has them, and you can connect another storage. A device that was lost, or a browser whose data was cleared, can’t get them back any more.',
  removeWord: 'delete',
  removeConfirm: (word: string) => `Type “${word}” to go on`,
  removeWrong: (word: string) => `That isn’t “${word}”. Nothing was deleted.`,
  removeNext: 'Continue',
  removeSure: 'Really delete it?',
  removeSureBody: (email: string) =>
    `This is the last question. The account ${email} and all that is in it will be gone.`,
  removeGo: 'Delete the account for good',
  removing: 'Deleting…',
  removed: 'Your account is deleted. Your notes are still here.',
};
