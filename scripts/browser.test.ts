import { describe, expect, it } from 'vitest';
import { findChromium, type Machine } from './browser.ts';

const BUNDLED = '/cache/chromium';

function machine(files: readonly string[], more: Partial<Machine> = {}): Machine {
  return {
    env: { PATH: '/usr/local/bin' },
    exists: (path) => files.includes(path),
    bundled: BUNDLED,
    isRoot: false,
    ...more,
  };
}

describe('finding a Chromium', () => {
  it('takes Playwright’s own before the system’s, as it is', () => {
    expect(findChromium(machine([BUNDLED, '/usr/bin/chromium']))).toEqual({ args: [] });
  });

  it('takes the system’s, wherever it is, and keeps it from calling home', () => {
    for (const path of ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/local/bin/google-chrome']) {
      const found = findChromium(machine([path]));
      expect(found?.executablePath).toBe(path);
      expect(found?.args).toContain('--disable-background-networking');
    }
  });

  it('takes the one that is named by hand before all others', () => {
    const env = { SATCHEL_CHROMIUM: '/opt/mine' };
    expect(findChromium(machine([BUNDLED], { env }))?.executablePath).toBe('/opt/mine');
  });

  it('gives up the sandbox only as root', () => {
    expect(findChromium(machine([BUNDLED], { isRoot: true }))?.args).toEqual(['--no-sandbox']);
    expect(findChromium(machine(['/usr/bin/chromium']))?.args).not.toContain('--no-sandbox');
  });

  it('says when there is none', () => {
    expect(findChromium(machine([]))).toBeUndefined();
  });
});
