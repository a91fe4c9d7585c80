/** Light, dark, or as the system says. `before-paint.js` applies the choice at the next start, before anything is painted. */
import { useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'satchel.theme';

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme): void => {
    setTheme(next);
    applyTheme(next);
    try {
      if (next === 'system') localStorage.removeItem(STORED);
      else localStorage.setItem(STORED, next);
    } catch {
      // It holds until the window is closed.
    }
  };
  return [theme, choose];
}

function storedTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  tintBrowser();
}

/** The browser's own bars take the page's colour: where a theme is chosen, the system's no longer fits. */
export function tintBrowser(): void {
  const { theme } = document.documentElement.dataset;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const system = meta.dataset['system'] ?? meta.media;
    meta.dataset['system'] = system;
    const own = system.includes('dark') ? 'dark' : 'light';
    meta.media = theme === undefined ? system : theme === own ? 'all' : 'not all';
  }
}
