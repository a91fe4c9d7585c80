/** The `config.json` that the deployed site carries. */
import type { AppConfig } from '../../../scripts/app-handler.ts';
import type { Options } from './options.ts';

export interface Deployed {
  /** The app client of the user pool. */
  readonly clientId: string;
  /** The address of the HTTP API, from which clients read the rest. */
  readonly api: string;
}

export function deployedConfig(options: Options, { clientId, api }: Deployed): AppConfig {
  const { label } = options;
  return { ...options.providers, aws: { clientId, ...(label !== undefined && { label }), endpoints: { api } } };
}
