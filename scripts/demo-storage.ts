/** The Dropbox that a newcomer can connect without an account: the stand-in, and what `config.json` says of it. */
import { join } from 'node:path';
import { type ServedEmulator, serveDropboxEmulator } from '../backends/dropbox/emulator/serve.ts';
import type { AppConfig } from './app-handler.ts';
import { nextFreePort } from './listen.ts';
import { root } from './root.ts';

export interface DemoStorage {
  readonly config: AppConfig;
  /** Where its files and tokens are kept, so that a connected browser stays connected; may be deleted at any time. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Listens at `port`, or at the next free one after it. What is kept belongs to the port: no two ever share it. */
export async function startDemoStorage(port: number): Promise<DemoStorage> {
  const free = await nextFreePort(port);
  const folder = join('.cache', `dropbox-demo-${free}`);
  const standIn = await serveDropboxEmulator({ port: free, folder: join(root, folder) });
  return { config: dropboxConfig(standIn), folder, close: () => standIn.close() };
}

/** Points the app at a stand-in in place of Dropbox. */
export function dropboxConfig({ endpoints }: Pick<ServedEmulator, 'endpoints'>): AppConfig {
  return { dropbox: { clientId: 'local-demo', label: 'Dropbox (local demo)', endpoints } };
}
