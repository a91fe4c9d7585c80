import { describe, expect, it } from 'vitest';
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

  it('does not miss what is for another platform', () => {
    const optional = {
      packages: { ...lock.packages, 'node_modules/esbuild-windows': { version: '1.0.0', optional: true } },
    };
    expect(lockMismatch(optional, { packages: { 'node_modules/yjs': yjs } })).toBeUndefined();
  });
});
