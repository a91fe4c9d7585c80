/** The Dropbox that a newcomer can connect without an account: the stand-in, and what `config.json` says of it. */
import { serveDropboxEmulator } from '../backends/dropbox/emulator/serve.ts';
import type { AppConfig } from './app-handler.ts';
import { nextFreePort } from './listen.ts';

export interface DemoStorage {
  readonly config: AppConfig;
  readonly url: string;
  close(): Promise<void>;
}

/** @param port where to listen, or the next free one after it; a steady port keeps a connected browser connected. */
export async function startDemoStorage(port: number): Promise<DemoStorage> {
  const standIn = await serveDropboxEmulator({ port: await nextFreePort(port) });
  return { config: dropboxConfig(standIn.url), url: standIn.url, close: () => standIn.close() };
}

/** Points the app at a stand-in in place of Dropbox. */
export function dropboxConfig(standIn: string): AppConfig {
  const url = standIn.replace(/\/$/, '');
  const endpoints = { authorize: url, api: url, content: url, notify: url };
  return { dropbox: { clientId: 'local-demo', label: 'Dropbox (local demo)', endpoints } };
}
