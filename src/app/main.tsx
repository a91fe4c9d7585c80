/** Where the app starts. */
// First, since it sets the order of the cascade's layers.
import './tokens.css';
import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { finishReturn } from './connect/consent-return.ts';
import { flushWhenLeaving } from './open-notes.ts';
import { openEngine } from './opening.ts';
import { catchInstallPrompt } from './settings/install-prompt.ts';
import { tintBrowser } from './settings/theme.ts';
import { chooseLanguage, LanguageContext } from './strings/catalogue.ts';
import { ErrorBoundary } from './trouble/error-boundary.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const language = chooseLanguage(navigator.languages);
document.documentElement.lang = language.tag;
catchInstallPrompt();
tintBrowser();
flushWhenLeaving();

const opening = openEngine();
finishReturn(opening);

createRoot(root).render(
  <StrictMode>
    <LanguageContext value={language}>
      <ErrorBoundary>
        <App opening={opening} />
      </ErrorBoundary>
    </LanguageContext>
  </StrictMode>,
);
