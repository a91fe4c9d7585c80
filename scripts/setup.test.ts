import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './root.ts';
import { lockMismatch, nodeProblem } from './setup.mjs';

describe('setting up a bare clone', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('runs on Node %s', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });

  it.each(['20.18.3', '18.20.0', '16.0.0'])('says in words that Node %s is too old', (version) => {
    expect(nodeProblem(version)).toContain(`needs Node 20.19 or newer; this is Node ${version}`);
  });

  const yjs = { version: '13.6.33', integrity: 'sha512-a' };
  const lock = { packages: { '': {}, 'node_modules/yjs': yjs } };

  it('finds nothing to install when all is there', () => {
    expect(lockMismatch(lock, { packages: { 'node_modules/yjs': yjs } })).toBeUndefined();
  });

  it('finds a package that is missing, of another version, or of other bytes', () => {
    expect(lockMismatch(lock, { packages: {} })).toContain('node_modules/yjs');
    for (const changed of [{ version: '13.6.32' }, { integrity: 'sha512-b' }]) {
      expect(lockMismatch(lock, { packages: { 'node_modules/yjs': { ...yjs, ...changed } } })).toContain('another');
    }
  });

  it('lets the tests end with a count, also when it can’t be done', async () => {
    const clone = await mkdtemp(join(tmpdir(), 'satchel-clone-'));
    // All that is needed to say that package-lock.json isn't there.
    for (const file of ['test.mjs', 'setup.mjs', 'typescript.mjs'])
      await cp(join(root, 'scripts', file), join(clone, 'scripts', file));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'scripts/test.mjs')], {
      encoding: 'utf8',
    });
    await rm(clone, { recursive: true });
    expect(stderr).toContain('package-lock.json is missing');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
    expect(status).toBe(1);
  });

  it('does not miss what is for another platform', () => {
    const optional = {
      packages: { ...lock.packages, 'node_modules/esbuild-windows': { version: '1.0.0', optional: true } },
    };
    expect(lockMismatch(optional, { packages: { 'node_modules/yjs': yjs } })).toBeUndefined();
  });
});
