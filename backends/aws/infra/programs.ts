/** The programs that a deployment starts, with their output shown as it comes. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const infra = dirname(fileURLToPath(import.meta.url));
/** The project's own folder. */
export const project = join(infra, '../../..');

/** @throws {Error} when it ends otherwise than well. */
export async function cdk(...args: string[]): Promise<void> {
  const own = join(infra, 'node_modules/aws-cdk/bin/cdk');
  // The project tells nobody how it is used, and neither do the tools that it brings.
  await run('cdk', process.execPath, [own, ...args, '--no-notices'], { CDK_DISABLE_CLI_TELEMETRY: 'true' });
}

/** @throws {Error} when it ends otherwise than well. */
export async function npmRun(script: string): Promise<void> {
  const running = process.env['npm_execpath'];
  // npm is a script on Windows, which only a shell can start; the one that runs us can be started anywhere.
  if (running && /npm-cli\.[cm]?js$/.test(running))
    await run(script, process.execPath, [running, 'run', '--silent', script]);
  else await run(script, 'npm', ['run', '--silent', script], {}, process.platform === 'win32');
}

function run(
  name: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shell = false,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: project, env: { ...process.env, ...env }, stdio: 'inherit', shell });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`"${name}" failed; it says why above.`));
    });
  });
}
