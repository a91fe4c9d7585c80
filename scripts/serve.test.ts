import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PortTaken } from './listen.ts';
import { serveApp } from './serve.ts';

const dist = mkdtempSync(join(tmpdir(), 'satchel-dist-'));
writeFileSync(join(dist, 'index.html'), 'the page');
afterAll(() => rmSync(dist, { recursive: true }));

describe('serving the app', () => {
  it('answers at its address until it is closed, and can then be opened at the same port', async () => {
    const first = await serveApp({ dist, config: {} });
    expect(await (await fetch(first.url)).text()).toBe('the page');
    await first.close();
    await expect(fetch(first.url)).rejects.toThrow(TypeError);
    const second = await serveApp({ dist, config: {}, port: first.port });
    expect(second.url).toBe(first.url);
    expect((await fetch(second.url)).status).toBe(200);
    await second.close();
  });

  it('accepts and never answers while it hangs, and closes all the same', async () => {
    const app = await serveApp({ dist, config: {} });
    app.hang();
    const asked = fetch(app.url).then(
      () => 'answered',
      () => 'cut off',
    );
    await app.close();
    expect(await asked).toBe('cut off');
  });

  it('serves a changed configuration, and the policy with it', async () => {
    const app = await serveApp({ dist, config: {}, base: '/notes/' });
    expect(app.url).toMatch(/^http:\/\/localhost:\d+\/notes\/$/);
    const config = { dropbox: { clientId: 'x', endpoints: { api: 'https://proxy.example' } } };
    app.setConfig(config);
    const response = await fetch(`${app.url}config.json`);
    expect(response.headers.get('Content-Security-Policy')).toContain('https://proxy.example');
    expect(await response.json()).toEqual(config);
    await app.close();
  });

  it('says what is wrong with a taken port, an empty folder, a base, a configuration', async () => {
    const app = await serveApp({ dist, config: {} });
    await expect(serveApp({ dist, config: {}, port: app.port })).rejects.toThrow(PortTaken);
    await app.close();
    await expect(serveApp({ dist: join(dist, 'none'), config: {} })).rejects.toThrow(/no built app/);
    await expect(serveApp({ dist, config: {}, base: 'notes' })).rejects.toThrow(/slash/);
    const config = { dropbox: { clientId: 'x', endpoints: { api: 'nonsense' } } };
    await expect(serveApp({ dist, config })).rejects.toThrow(/dropbox\.endpoints\.api/);
  });
});
