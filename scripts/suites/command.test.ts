import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { command } from './command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('tells how a tool ended and what it said', async () => {
  expect(await command('node', ['-p', '6 * 7'])).toEqual({ ok: true, output: '42\n', hung: false });
  const silenced = vi.spyOn(console, 'error').mockReturnValue();
  expect(await command('node', ['-e', 'console.error("why"); process.exit(3)'])).toMatchObject({ ok: false });
  expect(silenced).toHaveBeenCalledWith('why');
});

it('ends a tool that hangs, with all that it started', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // The tool's own child connects, and holds the tool's pipes.
  const child = `require('net').connect(${port}, '127.0.0.1')`;
  const tool = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;
  const giveUp = new AbortController();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const result = command('node', ['-e', tool], { giveUp: giveUp.signal });
  const socket = await connected;
  const ended = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  socket.resume();
  giveUp.abort();
  expect(await result).toEqual({ ok: false, output: '', hung: true });
  await ended;
  server.close();
});

it('asks for plain words where a log is kept', async () => {
  const colours = ['-p', 'process.env.NO_COLOR + process.env.FORCE_COLOR'];
  vi.stubEnv('CI', '1');
  expect((await command('node', colours)).output).toBe('10\n');
});
