/** `config.json`: which providers there are, read at run time from beside the app. Holds no secret. */
import type { Provider, ProviderConfig } from '../../backends/provider.ts';
import type { ProviderChoice } from './api.ts';

export type Configuration = Readonly<Record<string, ProviderConfig>>;

function isProviderConfig(value: unknown): value is ProviderConfig {
  return typeof value === 'object' && value !== null && 'clientId' in value && typeof value.clientId === 'string';
}

/** Unknown providers, and entries that make no sense, are passed over: one bad line mustn't take the others along. */
function readConfiguration(json: unknown, providers: readonly Provider[]): Configuration {
  if (typeof json !== 'object' || json === null) return {};
  const known = new Set(providers.map(({ kind }) => kind));
  const entries = Object.entries(json).filter(([kind, value]) => known.has(kind) && isProviderConfig(value));
  return Object.fromEntries(entries) as Configuration;
}

/** Empty when it can't be had: the app works without any storage. */
export async function fetchConfiguration(
  fetchLike: typeof fetch,
  baseUrl: string,
  providers: readonly Provider[],
): Promise<Configuration> {
  try {
    const response = await fetchLike(new URL('config.json', baseUrl), { cache: 'no-cache' });
    return response.ok ? readConfiguration(await response.json(), providers) : {};
  } catch {
    return {};
  }
}

export function labelOf(provider: Provider, config: ProviderConfig | undefined): string {
  return config?.label ?? provider.name;
}

export function choices(providers: readonly Provider[], configuration: Configuration): readonly ProviderChoice[] {
  return providers.map((provider) => ({
    kind: provider.kind,
    label: labelOf(provider, configuration[provider.kind]),
    configured: configuration[provider.kind] !== undefined,
    access: provider.access.by,
  }));
}
