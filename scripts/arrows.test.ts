import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forbiddenImports } from './arrows.ts';
import { root } from './root.ts';

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .filter((entry) => !entry.parentPath.split(sep).includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

describe('the arrows of the house', () => {
  it('all run one way', () => {
    const files = [...sources('src'), ...sources('backends')];
    expect(files).toContain('backends/storage.ts');
    expect(files).toContain('src/notes/ids.ts');
    expect(files.flatMap((path) => forbiddenImports(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });

  it('fail when someone imports React in vault', () => {
    expect(forbiddenImports('src/vault/push.ts', "import { useState } from 'react';")).toEqual([
      'src/vault/push.ts imports react, which src/vault/ may not',
    ]);
  });

  it.each([
    ['src/notes/card.ts', "import { get } from '../vault/pack.ts';"],
    ['src/notes/card.ts', "import Dexie from 'dexie';"],
    ['src/vault/push.ts', "import Dexie from 'dexie';"],
    ['src/vault/push.ts', "import type { Row } from '../cache/rows.ts';"],
    ['src/vault/push.ts', "import { createClient } from '../../backends/dropbox/client.ts';"],
    ['src/vault/push.ts', "import { retry } from '../../backends/retry.ts';"],
    ['src/vault/push.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/vault/push.ts', "export * from '../engine/api.ts';"],
    ['src/vault/push.ts', "const later = () => import('react');"],
    ['src/vault/push.ts', "type Node = import('react').ReactNode;"],
    ['src/vault/push.ts', "new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' });"],
    ['src/cache/outbox.ts', "import { seal } from '../vault/seal.ts';"],
    ['src/cache/outbox.ts', "import { type Port, seal } from '../vault/seal.ts';"],
    ['src/engine/worker.ts', "import { createRoot } from 'react-dom/client';"],
    ['src/engine/worker.ts', "import { App } from '../app/app.tsx';"],
    ['src/app/app.tsx', "import { unlock } from '../vault/keys.ts';"],
    ['src/app/app.tsx', "import type { Row } from '../cache/rows.ts';"],
    ['src/app/app.tsx', "import { providers } from '../../backends/registry.ts';"],
    ['src/app/app.tsx', "import Dexie from 'dexie';"],
    ['src/app/app.test.tsx', "import Dexie from 'react-table';"],
    ['src/vault/push.test.ts', "import { App } from '../app/app.tsx';"],
    ['src/vault/push.test.ts', "import { useState } from 'react';"],
    ['backends/dropbox/client.ts', "import { isNoteId } from '../../src/notes/ids.ts';"],
    ['backends/dropbox/client.ts', "import { createMemory } from '../memory/client.ts';"],
    ['backends/dropbox/client.ts', "import { createServer } from 'node:http';"],
    ['backends/memory/client.ts', "import { Dropbox } from 'dropbox';"],
    ['backends/retry.ts', "import { isNoteId } from '../src/notes/ids.ts';"],
    ['src/new-room/file.ts', ''],
  ])('forbid, in %s: %s', (path, source) => {
    expect(forbiddenImports(path, source)).toHaveLength(1);
  });

  it.each([
    ['src/vault/push.ts', "import * as Y from 'yjs'; import { objectName } from '../../backends/storage.ts';"],
    ['src/vault/push.ts', "import { english } from '@scure/bip39/wordlists/english.js';"],
    [
      'src/vault/simulator/cli.ts',
      "import { createMemory } from '../../../backends/memory/client.ts'; import 'node:fs';",
    ],
    ['src/vault/push.test.ts', "import { createCache } from '../cache/cache.ts'; import fc from 'fast-check';"],
    ['src/cache/outbox.ts', "import type { Port } from '../vault/port.ts'; import Dexie from 'dexie';"],
    ['src/engine/worker.ts', "import { providers } from '../../backends/registry.ts';"],
    ['src/app/app.tsx', "import './app.css'; import { EditorState } from '@codemirror/state';"],
    ['backends/dropbox/client.ts', "import { StorageError } from '../storage.ts'; import { Dropbox } from 'dropbox';"],
    [
      'backends/dropbox/emulator/serve.ts',
      "import { createServer } from 'node:http'; import { abortable } from '../../abort.ts';",
    ],
    ['backends/registry.ts', "import { dropbox } from './dropbox/connect.ts';"],
  ])('allow, in %s: %s', (path, source) => {
    expect(forbiddenImports(path, source)).toEqual([]);
  });
});
