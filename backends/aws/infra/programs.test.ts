import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESTROY_USAGE } from './command-line.ts';
import { project } from './programs.ts';

/** Runs a program as on a machine without any trace of AWS. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = project) {
  const home = mkdtempSync(join(tmpdir(), 'satchel-home-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: home, USERPROFILE: home, AWS_EC2_METADATA_DISABLED: 'true', ...env },
  });
  return { status, stdout, stderr };
}

const deploy = (...args: string[]) => run(['scripts/deploy.mjs', ...args]);

describe('deploying', () => {
  it.each([[[]], [['destroy']]])('says in words that there are no credentials, before anything is done: %j', (args) => {
    const { status, stdout, stderr } = deploy(...args);
    expect(stderr).toContain('No credentials for an AWS account were found. Nothing was built or changed.');
    expect(stderr).toContain('docs/deploy-aws.md');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });

  it('says in words that no region was chosen', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
    const { status, stderr } = run(['scripts/deploy.mjs'], keys);
    expect(stderr).toContain('No AWS region was chosen');
    expect(status).toBe(1);
  });

  it('refuses a wrong option before it looks for credentials', () => {
    const { status, stderr } = deploy('--sign-up=maybe');
    expect(stderr).toContain('sign-up is "maybe"; it may be open or invitation');
    expect(status).toBe(1);
  });

  it('explains itself', () => {
    expect(deploy('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--alarm-email') as string });
    expect(DESTROY_USAGE).toContain('--delete-data');
  });

  it('can be done by the CDK’s own program too, of the version that is pinned', () => {
    const infra = join(project, 'backends/aws/infra');
    const out = mkdtempSync(join(tmpdir(), 'satchel-cdk-'));
    const code = join(out, 'function');
    mkdirSync(code);
    writeFileSync(join(code, 'index.mjs'), 'export const handler = async () => ({});');
    const context = ['-c', 'name=Club', '-c', `code=${code}`, '-c', 'sign-up=invitation'];
    const own = join(infra, 'node_modules/aws-cdk/bin/cdk');
    const { status, stdout, stderr } = run(
      [own, 'synth', 'Club-kept', '--json', ...context, '--output', join(out, 'cdk.out'), '--no-notices'],
      // The schemas are another test's matter, and take their time.
      { CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_VALIDATION: 'false' },
      infra,
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('"AllowAdminCreateUserOnly": true');
  });
});
