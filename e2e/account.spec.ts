import type { Page } from '@playwright/test';
import { totpCode } from '../backends/aws/local/user-pool/totp.ts';
import { expectAccessible } from './fixtures/accessible.ts';
import {
  codeField,
  connectAccount,
  emailField,
  giveAccount,
  giveCode,
  heading,
  openSignIn,
  PASSWORD,
  passwordField,
  press,
  REFUSED,
  signInTo,
  signUp,
  test,
} from './fixtures/cloud.ts';
import { expect, NETWORK_AWAY, phone } from './fixtures/index.ts';
import {
  expectSynced,
  lines,
  makeVault,
  openNote,
  row,
  syncWords,
  typeAfter,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

const ANNA = 'anna@example.com';
const HALF_A_MINUTE = 30_000;

const account = (page: Page) => page.getByRole('region', { name: 'Account', exact: true });
const alert = (page: Page, words: string | RegExp) =>
  expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible();

/** Joins the vault of an account from another browser. */
async function join(page: Page, email: string): Promise<void> {
  await visit(page);
  await signInTo(page, email);
  await unlock(page);
  await page.getByRole('link', { name: 'Go to my notes' }).click();
}

test('a newcomer signs up, takes the code from the outbox and writes; a second browser signs in, and both go on together', async ({
  page: anna,
  cloud,
  context,
  newBrowser,
}) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  await visit(anna);
  await openSignIn(anna);
  await press(anna, 'Create an account');
  await giveAccount(anna, ANNA);
  await expect(heading(anna, 'Check your mail')).toBeVisible();
  const outbox = await context.newPage();
  await outbox.goto(cloud.outboxPage);
  await expect(outbox.getByRole('listitem')).toContainText(ANNA);
  await giveCode(anna, await outbox.getByRole('listitem').locator('code').innerText());
  await makeVault(anna);
  await anna.getByRole('link', { name: 'Go to my notes' }).click();
  await writeNote(anna, 'Journey', 'We leave on Monday.');
  await expectSynced(anna);

  const ben = await (await newBrowser()).newPage();
  await join(ben, ANNA);
  await openNote(ben, 'Journey');
  await openNote(anna, 'Journey');
  await typeAfter(ben, 'We leave on Monday.', ' Bring water.');
  await expect(lines(anna)).toHaveText(['Journey', 'We leave on Monday. Bring water.']);
  await lines(anna).filter({ hasText: 'We leave' }).click();
  await anna.keyboard.press('Home');
  await anna.keyboard.type('Early: ');
  for (const each of [anna, ben]) {
    await expect(lines(each)).toHaveText(['Journey', 'Early: We leave on Monday. Bring water.']);
    await expectSynced(each);
    await expect(row(each, 'Journey')).toHaveCount(1);
  }
  await anna.reload();
  await expect(lines(anna)).toHaveText(['Journey', 'Early: We leave on Monday. Bring water.']);
  await anna.goto('./#/settings');
  await expect(account(anna)).toContainText(ANNA);
});

test('what is wrong is said beside its field: nothing typed, a wrong password, an address that is taken, a weak password', async ({
  page,
  cloud,
  problems,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await signUp(page, cloud, ANNA);
  await press(page, 'Don’t connect');
  await openSignIn(page);
  await press(page, 'Sign in');
  await expect(emailField(page)).toBeFocused();
  await expect(emailField(page)).toHaveAccessibleDescription('Enter your e-mail address.');
  await expect(passwordField(page)).toHaveAccessibleDescription('Enter your password.');
  await giveAccount(page, 'anna');
  await expect(emailField(page)).toHaveAccessibleDescription('This doesn’t look like an e-mail address.');
  await giveAccount(page, ANNA, 'not the right password');
  await expect(passwordField(page)).toBeFocused();
  await expect(passwordField(page)).toHaveAccessibleDescription(/The address or the password isn’t right/);
  // The address goes along to the other form.
  await press(page, 'Create an account');
  await expect(emailField(page)).toHaveValue(ANNA);
  await passwordField(page).fill('short');
  await page.keyboard.press('Enter');
  await expect(passwordField(page)).toHaveAccessibleDescription(/too simple for this cloud/);
  await giveAccount(page, ANNA);
  await expect(emailField(page)).toBeFocused();
  await expect(emailField(page)).toHaveAccessibleDescription(/There’s an account with this address already/);
  // A person's own way back.
  await page.goBack();
  await giveAccount(page, ANNA);
  await expect(heading(page, 'Choose a passphrase')).toBeVisible();
});

test('an address that isn’t confirmed yet leads to a code; a wrong one, one that is too old, and another one', async ({
  page,
  cloud,
  problems,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await openSignIn(page);
  await press(page, 'Create an account');
  await giveAccount(page, ANNA);
  await expect(heading(page, 'Check your mail')).toBeVisible();
  // As on a phone, where the app may have ended while the person was at their mail.
  await page.reload();
  await expect(heading(page, 'Check your mail')).toBeVisible();
  await press(page, 'Use another address');
  await giveAccount(page, ANNA);
  await expect(page.getByText('This address isn’t confirmed yet.')).toBeVisible();
  const code = cloud.codeFor(ANNA) ?? '';
  await giveCode(page, code === '000000' ? '111111' : '000000');
  await expect(codeField(page)).toHaveAccessibleDescription(/That isn’t the code/);
  cloud.expireCodes(ANNA);
  await giveCode(page, code);
  await expect(codeField(page)).toHaveAccessibleDescription(/This code is too old/);
  await press(page, 'Send another code');
  await expect(page.getByText('Another code is on its way.')).toBeVisible();
  // People copy it in groups.
  await giveCode(page, cloud.codeFor(ANNA)?.replace(/^(\d{3})/, ' $1 '));
  await expect(heading(page, 'Choose a passphrase')).toBeVisible();
});

test('a second step is switched on, asked for, and switched off', async ({ page, cloud, newBrowser, problems }) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  problems.allow(REFUSED);
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  await page.goto('./#/settings');
  await account(page).getByRole('button', { name: 'Turn on…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: /for your authenticator app/ })).toBeVisible();
  const secret = (await dialog.locator('code').innerText()).replaceAll(/\s/g, '');
  await giveCode(page, totpCode(secret, Date.now() + 10 * HALF_A_MINUTE));
  await expect(codeField(page)).toHaveAccessibleDescription(/It changes every half a minute/);
  // The one before, so that the present one is still good for signing in.
  await giveCode(page, totpCode(secret, Date.now() - HALF_A_MINUTE));
  await expect(page.getByText('Two-step sign-in is on.')).toBeVisible();

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await signInTo(other, ANNA);
  await expect(heading(other, 'One more step')).toBeFocused();
  await giveCode(other, totpCode(secret, Date.now() + 10 * HALF_A_MINUTE));
  await expect(codeField(other)).toHaveAccessibleDescription(/It changes every half a minute/);
  await giveCode(other, totpCode(secret, Date.now()));
  await expect(heading(other, 'Your vault is here')).toBeVisible();

  await account(page).getByRole('button', { name: 'Turn off…' }).click();
  await press(page, 'Turn off');
  await expect(account(page).getByRole('button', { name: 'Turn on…' })).toBeVisible();
  await press(other, 'Don’t connect');
  await signInTo(other, ANNA);
  await expect(heading(other, 'Your vault is here')).toBeVisible();
});

test('a forgotten password is replaced by mail, and the passphrase stays what it was', async ({
  page,
  cloud,
  newBrowser,
  problems,
}) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  problems.allow(REFUSED);
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  await writeNote(page, 'Kept');
  await expectSynced(page);

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await openSignIn(other);
  await emailField(other).fill(ANNA);
  await press(other, 'Forgot your password?');
  await expect(emailField(other)).toHaveValue(ANNA);
  await press(other, 'Mail me a code');
  await expect(heading(other, 'Choose another password')).toBeFocused();
  await passwordField(other).fill('another one, just as long');
  await giveCode(other, 'nonsense');
  await expect(codeField(other)).toHaveAccessibleDescription(/That isn’t the code/);
  await giveCode(other, cloud.codeFor(ANNA));
  await unlock(other);
  await other.getByRole('link', { name: 'Go to my notes' }).click();
  await expect(row(other, 'Kept')).toBeVisible();

  // And it is changed once more, by somebody who knows it.
  await other.goto('./#/settings');
  await account(other).getByRole('button', { name: 'Change…' }).click();
  await other.getByRole('textbox', { name: 'Current password' }).fill(PASSWORD);
  await passwordField(other).fill('the third one, long as well');
  await press(other, 'Change the password');
  await expect(other.getByRole('textbox', { name: 'Current password' })).toHaveAccessibleDescription(
    'That isn’t your present password.',
  );
  await other.getByRole('textbox', { name: 'Current password' }).fill('another one, just as long');
  await press(other, 'Change the password');
  await expect(other.getByText('Your account has a new password.')).toBeVisible();
});

test('signed out everywhere: the other device says so, keeps what is written, and sends it once signed in again', async ({
  page,
  cloud,
  newBrowser,
  problems,
}) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  problems.allow(REFUSED);
  // Tokens that have to be renewed at once: else the other device would hear of it within the hour.
  cloud.setLifetimes({ tokens: 5 });
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  const other = await (await newBrowser()).newPage();
  await join(other, ANNA);
  await expectSynced(other);
  await page.goto('./#/settings');
  await account(page).getByRole('button', { name: 'Sign out…' }).click();
  await press(page, 'Everywhere');
  await expect(page.getByText('Signed out everywhere. Your notes are still here.')).toBeVisible();
  await expect(account(page)).toHaveCount(0);

  await writeNote(other, 'Written while signed out');
  await expect(syncWords(other)).toHaveAccessibleName(/asks you to sign in again/);
  await syncWords(other).click();
  await press(other, 'Sign in to Satchel cloud (this computer)');
  await expect(emailField(other)).toHaveValue(ANNA);
  await press(other, 'Cancel');
  await expect(heading(other, 'Satchel cloud (this computer) asks you to sign in again')).toBeVisible();
  await press(other, 'Sign in to Satchel cloud (this computer)');
  await passwordField(other).fill(PASSWORD);
  await other.keyboard.press('Enter');
  await expect(other.getByRole('heading', { name: 'Sync', exact: true })).toBeVisible();
  await expectSynced(other);
});

test('signing out here keeps the notes, and signing in again needs no passphrase', async ({ page, cloud }) => {
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  await writeNote(page, 'Stays');
  await expectSynced(page);
  await page.goto('./#/settings');
  await account(page).getByRole('button', { name: 'Sign out…' }).click();
  await press(page, 'On this device');
  await expect(page.getByText('Signed out on this device.')).toBeVisible();
  await page.goto('./#/');
  await expect(row(page, 'Stays')).toBeVisible();
  await expect(syncWords(page)).toHaveAccessibleName('Sync: Saved on this device');
  await signInTo(page, ANNA);
  await expectSynced(page);
});

test('an account is deleted with all that is in it; the notes stay, and the other device is told', async ({
  page,
  cloud,
  newBrowser,
  problems,
}) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  problems.allow(REFUSED);
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  await writeNote(page, 'Stays');
  await expectSynced(page);
  cloud.setLifetimes({ tokens: 5 });
  const other = await (await newBrowser()).newPage();
  await join(other, ANNA);
  await expect(row(other, 'Stays')).toBeVisible();

  await page.goto('./#/settings');
  await account(page).getByRole('button', { name: 'Delete the account…' }).click();
  const word = page.getByRole('textbox', { name: 'Type “delete” to go on' });
  await word.fill('yes');
  await page.keyboard.press('Enter');
  await expect(word).toHaveAccessibleDescription(/Nothing was deleted/);
  await word.fill('delete');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Really delete it?')).toBeVisible();
  await press(page, 'Delete the account for good');
  await expect(page.getByText('Your account is deleted. Your notes are still here.')).toBeVisible();
  await page.goto('./#/');
  await expect(row(page, 'Stays')).toBeVisible();
  await expect(syncWords(page)).toHaveAccessibleName('Sync: Saved on this device');
  await writeNote(other, 'One more');
  await expect(syncWords(other)).toHaveAccessibleName(/asks you to sign in again/);
  await expect(row(other, 'Stays')).toBeVisible();
  await signInTo(page, ANNA);
  await expect(passwordField(page)).toHaveAccessibleDescription(/The address or the password isn’t right/);
});

test('without a network the form says so, keeps what was typed, and works once there is one', async ({
  page,
  cloud,
  problems,
}) => {
  problems.allow(NETWORK_AWAY);
  await visit(page);
  await signUp(page, cloud, ANNA);
  await press(page, 'Don’t connect');
  await openSignIn(page);
  await page.context().setOffline(true);
  await giveAccount(page, ANNA);
  await alert(page, 'The cloud can’t be reached');
  await expect(passwordField(page)).toHaveValue(PASSWORD);
  await page.context().setOffline(false);
  await press(page, 'Sign in');
  await expect(heading(page, 'Choose a passphrase')).toBeVisible();
});

test.describe('by invitation', () => {
  test.use({ cloudOptions: { signUp: 'invitation' } });

  test('nobody signs up; who was invited chooses a password of their own', async ({ page, cloud, problems }) => {
    problems.allow(REFUSED);
    const { password } = cloud.invite(ANNA);
    await visit(page);
    await openSignIn(page);
    await expect(page.getByText('Accounts here are made by invitation.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Create an account' })).toHaveCount(0);
    await giveAccount(page, ANNA, password);
    await expect(heading(page, 'Choose a password of your own')).toBeFocused();
    await passwordField(page).fill('short');
    await page.keyboard.press('Enter');
    await expect(passwordField(page)).toHaveAccessibleDescription(/too simple for this cloud/);
    await passwordField(page).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Choose a passphrase')).toBeVisible();
    cloud.requireReset(ANNA);
    await press(page, 'Don’t connect');
    await signInTo(page, ANNA);
    await expect(page.getByText('wants you to choose another password first')).toBeVisible();
    await passwordField(page).fill('yet another long one');
    await giveCode(page, cloud.codeFor(ANNA));
    await expect(heading(page, 'Choose a passphrase')).toBeVisible();
  });
});

test('a cloud of one’s own is found by its address, and what isn’t one is told', async ({ page, cloud, problems }) => {
  // The page may speak to nobody but those it was served for: a mistyped address is one that it may not ask.
  problems.allow(/Content.Security.Policy|violates the following|Refused to connect|status of 404/);
  await visit(page);
  await page.goto('./#/connect');
  await page.getByText('Use my own cloud').click();
  const address = page.getByRole('textbox', { name: 'Address of the cloud' });
  await press(page, 'Find it');
  await expect(address).toHaveAccessibleDescription('Enter the address.');
  await address.fill('https://nobody.example');
  await press(page, 'Find it');
  await expect(address).toHaveAccessibleDescription(/No Satchel cloud answers at this address/);
  await expect(address).toBeFocused();
  await address.fill(cloud.endpoints.api);
  await press(page, 'Find it');
  await expect(heading(page, /Sign in to 127\.0\.0\.1/)).toBeVisible();
  await press(page, 'Create an account');
  await giveAccount(page, ANNA);
  await expect(heading(page, 'Check your mail')).toBeFocused();
  await giveCode(page, cloud.codeFor(ANNA));
  await makeVault(page);
  await page.getByRole('link', { name: 'See the sync page' }).click();
  await expect(page.getByText(/^127\.0\.0\.1/)).toBeVisible();
});

test('by keyboard alone: from choosing the cloud to the passphrase', async ({ page, cloud }) => {
  await visit(page);
  await page.goto('./#/connect');
  const to = async (name: string, role: 'button' | 'textbox' = 'button') => {
    const target = page.getByRole(role, { name });
    for (let presses = 0; presses < 25; presses++) {
      await page.keyboard.press('Tab');
      if (await target.first().evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`${name} can't be reached by the Tab key`);
  };
  await expect(heading(page, 'Where should your notes go?')).toBeVisible();
  await to('Connect Satchel cloud (this computer)');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Sign in to Satchel cloud (this computer)')).toBeFocused();
  await to('Create an account');
  await page.keyboard.press('Space');
  await expect(heading(page, 'Create an account')).toBeFocused();
  await to('E-mail address', 'textbox');
  await page.keyboard.type(ANNA);
  await to('Password', 'textbox');
  await page.keyboard.type(PASSWORD);
  await to('Show the password');
  await page.keyboard.press('Space');
  await expect(passwordField(page)).toHaveAttribute('type', 'text');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Check your mail')).toBeFocused();
  await to('Code', 'textbox');
  await page.keyboard.type(cloud.codeFor(ANNA) ?? '');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Choose a passphrase')).toBeFocused();
});

test.describe('on a phone', () => {
  test.use(phone);

  test('every form can be used by everybody', async ({ page, cloud, problems }) => {
    // Axe looks at nine screens, twice.
    test.slow();
    problems.allow(REFUSED);
    await visit(page);
    await openSignIn(page);
    await expectAccessible(page, 'signing in');
    await giveAccount(page, ANNA);
    await expect(passwordField(page)).toBeFocused();
    await expectAccessible(page, 'a wrong password');
    await press(page, 'Create an account');
    await expect(heading(page, 'Create an account')).toBeFocused();
    await expectAccessible(page, 'signing up');
    await giveAccount(page, ANNA);
    await expect(heading(page, 'Check your mail')).toBeFocused();
    await press(page, 'Send another code');
    await expect(page.getByText('Another code is on its way.')).toBeVisible();
    await expectAccessible(page, 'the code of an address');
    await giveCode(page, cloud.codeFor(ANNA));
    await makeVault(page);
    await page.goto('./#/settings');
    await expect(account(page).getByRole('button', { name: 'Turn on…' })).toBeVisible();
    await expectAccessible(page, 'the account in the settings');
    for (const [button, title] of [
      ['Change…', 'Change the account password'],
      ['Turn on…', 'Turn on two-step sign-in'],
      ['Sign out…', 'Sign out of Satchel cloud (this computer)?'],
      ['Delete the account…', 'Delete your account with Satchel cloud (this computer)?'],
    ] as const) {
      await account(page).getByRole('button', { name: button }).click();
      await expect(page.getByRole('dialog', { name: title })).toBeVisible();
      if (button === 'Turn on…') await expect(codeField(page)).toBeVisible();
      await expectAccessible(page, title);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
  });
});
