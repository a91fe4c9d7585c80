/**
 * Who may import whom: `app, cli → engine → {vault, cache, search, transfer} → notes`, and
 * `engine → backends → storage.ts`. A room names what it may reach; all else is forbidden, so that a new
 * dependency between two rooms is a decision and not an accident.
 */
import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';

interface Room {
  /** A file, or a folder with a slash at its end. The longest one that a file is in holds. */
  readonly path: string;
  /** Files and folders of the project, besides the room itself. */
  readonly files: readonly string[];
  /** Files and folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages; "*" at the end stands for any rest. */
  readonly packages: readonly string[];
}

const CONTRACT = ['backends/storage.ts'];

const ROOMS: readonly Room[] = [
  { path: 'src/notes/', files: [], packages: ['yjs', 'lib0', 'fractional-indexing'] },
  {
    path: 'src/vault/',
    files: ['src/notes/', ...CONTRACT],
    packages: ['yjs', 'lib0', 'cborg', 'hash-wasm', '@scure/bip39', '@noble/*'],
  },
  // It keeps the tables that the vault declares; of all else there it knows only the types.
  {
    path: 'src/cache/',
    files: ['src/notes/', 'src/vault/state.ts'],
    types: ['src/vault/', ...CONTRACT],
    packages: ['dexie', 'yjs', 'lib0'],
  },
  { path: 'src/search/', files: ['src/notes/', 'src/cache/'], packages: ['*'] },
  { path: 'src/transfer/', files: ['src/notes/'], packages: ['*'] },
  {
    path: 'src/engine/',
    files: ['src/vault/', 'src/cache/', 'src/search/', 'src/transfer/', 'src/notes/', 'backends/'],
    packages: ['dexie', 'yjs', 'lib0', 'comlink'],
  },
  {
    path: 'src/app/',
    files: ['src/engine/', 'src/notes/'],
    packages: [
      'react',
      'react-dom',
      '@base-ui/react',
      'lucide-react',
      'virtua',
      'wouter',
      'dexie-react-hooks',
      'workbox-window',
      '@codemirror/*',
      '@lezer/*',
      'y-codemirror.next',
      'y-protocols',
      'yjs',
      'lib0',
      '@zxcvbn-ts/*',
      'qr',
    ],
  },
  { path: 'src/cli/', files: ['src/engine/', 'src/notes/'], packages: ['node:*', 'yjs'] },
  { path: 'src/content-security-policy.ts', files: [], packages: [] },
  {
    path: 'src/service-worker.ts',
    files: ['src/content-security-policy.ts', 'src/engine/'],
    packages: ['workbox-precaching', 'workbox-routing'],
  },
  // What every provider's folder shares, and the registry that names them.
  { path: 'backends/', files: ['backends/'], packages: [] },
  { path: 'backends/conformance/', files: ['backends/'], packages: ['vitest'] },
  // What a deployment runs, and what it is built with.
  {
    path: 'backends/aws/function/',
    files: ['backends/aws/protocol.ts'],
    packages: ['node:*', 'hono', '@aws-sdk/*', 'aws-jwt-verify', 'vite', 'dynalite'],
  },
  // The whole cloud on one machine, held to Amazon's own clients.
  {
    path: 'backends/aws/local/',
    files: ['backends/aws/protocol.ts'],
    packages: ['node:*', 'dynalite', 'ws', 'aws4fetch', '@aws-sdk/*', 'aws-amplify', 'aws-jwt-verify'],
  },
  // A package of its own: it puts the site and the function into the cloud.
  {
    path: 'backends/aws/infra/',
    files: ['backends/aws/protocol.ts', 'scripts/app-handler.ts'],
    packages: ['aws-cdk-lib', 'cdk-nag', 'constructs', '@aws-sdk/*', 'node:*', 'vitest'],
  },
];

/** A provider's folder knows the contract, what all providers share, and itself: never another, never src. */
const PROVIDER: Omit<Room, 'path'> = { files: ['backends/conformance/'], packages: [] };
const PROVIDER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  dropbox: ['dropbox'],
  aws: ['aws-amplify', 'aws4fetch', '@noble/hashes'],
  // Of this only the types reach the app; the stand-in's tests run its code.
  'google-drive': ['@googleapis/drive'],
};
/** Servers: they run in Node, beside a provider's client and never within it. */
const SERVER_PACKAGES = ['node:*', 'hono', '@hono/node-server'];

/** Tests, the simulator and the maker of example vaults put together what the house keeps apart; tests hold pages to what they say. */
const TESTS = {
  files: [
    'backends/',
    'src/notes/',
    'src/vault/',
    'src/cache/',
    'src/search/',
    'src/transfer/',
    'src/engine/',
    'docs/',
  ],
};
const TEST_PACKAGES = ['vitest', 'fast-check', 'fake-indexeddb', 'dexie', 'ws', 'node:*'];

/** @returns what a file may not import, each in a sentence; none when all is well */
export function forbiddenImports(path: string, source: string): readonly string[] {
  const room = roomOf(path);
  if (!room) return [`${path} is in no room: say in scripts/arrows.ts what it may import`];
  return importsOf(path, source)
    .filter((target) => !isAllowed(path, room, target))
    .map(
      ({ name, typeOnly }) =>
        `${path} imports ${name}, which ${room.path} may not${typeOnly ? ', not even as a type' : ''}`,
    );
}

/** A test is in the room of what it tests. */
function roomOf(path: string): Room | undefined {
  const subject = path.replace(/\.test(\.tsx?)$/, '$1');
  const rooms = ROOMS.filter((room) => isWithin(subject, room.path));
  const room = providerRoom(subject) ?? rooms.toSorted(byLength).at(-1);
  if (!room || !isTest(path)) return room;
  return { ...room, files: [...room.files, ...TESTS.files], packages: [...room.packages, ...TEST_PACKAGES] };
}

function byLength(one: Room, other: Room): number {
  return one.path.length - other.path.length;
}

function isTest(path: string): boolean {
  return /\.test(-support)?\.tsx?$/.test(path) || /^src\/vault\/(simulator|examples)\//.test(path);
}

function providerRoom(path: string): Room | undefined {
  const [, provider, inner] = /^backends\/([^/]+)\/(.*)$/.exec(path) ?? [];
  if (provider === undefined || inner === undefined || provider === 'conformance') return undefined;
  if (ROOMS.some((room) => isWithin(path, room.path) && room.path.startsWith(`backends/${provider}/`)))
    return undefined;
  const isServer = /^(emulator|broker)\//.test(inner) || inner.endsWith('cli.ts');
  const packages = [...(PROVIDER_PACKAGES[provider] ?? []), ...(isServer ? SERVER_PACKAGES : [])];
  return { ...PROVIDER, path: `backends/${provider}/`, packages: [...PROVIDER.packages, ...packages] };
}

interface Target {
  /** As in the source, or, for one of the project's files, its path. */
  readonly name: string;
  readonly isFile: boolean;
  readonly typeOnly: boolean;
}

function importsOf(path: string, source: string): readonly Target[] {
  const { module, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} can't be parsed: ${errors[0]?.message}`);
  const found: { request: string; typeOnly: boolean }[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    found.push({ request: moduleRequest.value, typeOnly: entries.length > 0 && entries.every(({ isType }) => isType) });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) found.push({ request: moduleRequest.value, typeOnly: isType });
    }
  }
  // `import('…')`, also in a type, and the files that workers are started from.
  for (const [, request] of source.matchAll(/\bimport\(\s*['"`]([^'"`]+)['"`]/g)) {
    found.push({ request: request ?? '', typeOnly: false });
  }
  for (const [, request] of source.matchAll(/new URL\(\s*['"`]([^'"`]+\.[a-z]+)['"`],\s*import\.meta\.url/g)) {
    found.push({ request: request ?? '', typeOnly: false });
  }
  return found.map(({ request, typeOnly }) => {
    const isFile = request.startsWith('.');
    const name = isFile ? posix.join(posix.dirname(path), request.replace(/\?.*$/, '')) : request;
    return { name, isFile, typeOnly };
  });
}

function isAllowed(path: string, room: Room, { name, isFile, typeOnly }: Target): boolean {
  if (!isFile) return room.packages.some((allowed) => isPackage(name, allowed));
  const reach = [...room.files, ...(typeOnly ? (room.types ?? []) : [])];
  if (isWithin(name, room.path) || reach.some((allowed) => isWithin(name, allowed))) return true;
  // A provider reaches what lies beside the providers' folders.
  return path.startsWith('backends/') && /^backends\/[^/]+$/.test(name);
}

function isWithin(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

/** A package allows its own inner modules: "yjs" allows "yjs/src", and not "yjs-other". */
function isPackage(name: string, allowed: string): boolean {
  if (allowed.endsWith('*')) return name.startsWith(allowed.slice(0, -1));
  return name === allowed || name.startsWith(`${allowed}/`);
}
