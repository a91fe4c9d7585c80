/** The settings. */
import { Download } from 'lucide-react';
import { CheckSection } from '../check/check-section.tsx';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { SyncIndicator } from '../sync/sync-indicator.tsx';
import { Button } from '../ui/button.tsx';
import { Page, Row, Section } from '../ui/page.tsx';
import { Segments } from '../ui/segments.tsx';
import { AccountSection } from './account/account-section.tsx';
import { DeleteVaultSection } from './delete-vault-section.tsx';
import { type Installing, useInstalling } from './install-prompt.ts';
import { KeyboardSection } from './keyboard-section.tsx';
import { StorageSection } from './storage-section.tsx';
import { type Theme, useTheme } from './theme.ts';
import './settings-page.css';

declare const __SATCHEL_VERSION__: string;

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export default function SettingsPage({ onMenu }: { onMenu: (() => void) | null }) {
  const t = useStrings();
  const language = useLanguageTag();
  const installing = useInstalling();
  const [theme, setTheme] = useTheme();
  const languageName = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? t.settings.languageName;
  return (
    <Page title={t.settings.page} onMenu={onMenu}>
      <Section title={t.settings.appearance}>
        <Row name={t.settings.theme}>
          <Segments
            label={t.settings.theme}
            value={theme}
            choices={THEMES.map((value) => ({ value, name: t.settings.themes[value] }))}
            onChange={setTheme}
          />
        </Row>
        <Row name={t.settings.language} about={t.settings.languageBody}>
          {languageName}
        </Row>
      </Section>
      <Section title={t.settings.syncing}>
        <SyncIndicator />
      </Section>
      <AccountSection />
      <CheckSection />
      <StorageSection />
      <DeleteVaultSection />
      {installing.kind !== 'installed' && <InstallSection installing={installing} />}
      <KeyboardSection />
      <Section title={t.settings.about}>
        <Row name={t.settings.version}>{__SATCHEL_VERSION__}</Row>
      </Section>
    </Page>
  );
}

function InstallSection({ installing }: { installing: Installing }) {
  const t = useStrings();
  const how = { ios: t.settings.installIos, browser: t.settings.installOther };
  return (
    <Section title={t.settings.install}>
      <Row name={t.settings.installName} about={t.settings.installBody}>
        {installing.kind === 'prompt' ? (
          <Button look="primary" icon={Download} onClick={() => void installing.install()}>
            {t.settings.installNow}
          </Button>
        ) : undefined}
      </Row>
      {(installing.kind === 'ios' || installing.kind === 'browser') && <p className="row">{how[installing.kind]}</p>}
    </Section>
  );
}
