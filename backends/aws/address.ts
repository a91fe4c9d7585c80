/** From what a person pastes, the address of a site or of a cloud itself, to what is public of that cloud. */
import { RPC_MS } from '../deadline.ts';
import { fieldOf } from '../field-of.ts';
import { AccountError, type ProviderConfig } from '../provider.ts';
import { fetchCloud } from './cloud.ts';
import { type Exchange, exchange, jsonOf } from './exchange.ts';

const isHere = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/** @throws {AccountError} `NoCloud` for what is no address, or one where what is sent could be read on its way. */
function addressIn(text: string): URL {
  const trimmed = text.trim();
  const whole = /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (trimmed === '' || !URL.canParse(whole)) throw new AccountError('NoCloud', 'That is no address.');
  const url = new URL(whole);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere(url.hostname)))
    throw new AccountError('NoCloud', 'The address has to begin with https:');
  url.search = '';
  url.hash = '';
  url.username = '';
  url.password = '';
  return url;
}

/** The cloud's part of a site's `config.json`; undefined where there is none. */
async function siteConfig(site: URL, deps: Exchange): Promise<ProviderConfig | undefined> {
  const url = new URL('config.json', site.href.endsWith('/') ? site.href : `${site.href}/`);
  try {
    const message = { service: 'config.json', url: url.href, method: 'GET', headers: {}, patience: RPC_MS };
    const response = await exchange(deps, { ...message, signal: undefined });
    const aws = fieldOf(await jsonOf(response), 'aws');
    const api = fieldOf(fieldOf(aws, 'endpoints'), 'api');
    if (!response.ok || typeof api !== 'string') return undefined;
    const label = fieldOf(aws, 'label');
    return {
      clientId: String(fieldOf(aws, 'clientId')),
      ...(typeof label === 'string' && { label }),
      endpoints: { api: new URL(api, url).href.replace(/\/+$/, '') },
    };
  } catch {
    // Not a site, or one that other sites' pages may not read.
    return undefined;
  }
}

/** @throws {AccountError} `NoCloud` when nothing of the kind answers there. */
export async function configAt(text: string, deps: Exchange): Promise<ProviderConfig> {
  const address = addressIn(text);
  const site = await siteConfig(address, deps);
  const api = site?.endpoints?.['api'] ?? address.href.replace(/\/v1\/config\/?$/, '').replace(/\/+$/, '');
  try {
    const { clientId } = await fetchCloud(deps, api);
    return { clientId, label: site?.label ?? address.host, endpoints: { api } };
  } catch {
    throw new AccountError('NoCloud', `No Satchel cloud answers at ${address.host}.`);
  }
}
