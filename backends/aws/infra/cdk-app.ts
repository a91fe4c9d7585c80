/** The app as the CDK's own command line runs it (`npx cdk synth -c sign-up=invitation`), with options as its context. */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { createApp } from './app.ts';
import { OPTION_NAMES } from './options.ts';
import { project } from './programs.ts';

// Only to read the context that the command line hands over; the cloud is an app of its own.
const { node } = new App({ autoSynth: false });
const context = (name: string): string | undefined => {
  const value: unknown = node.tryGetContext(name);
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | undefined);
};
createApp({
  name: context('name') ?? 'Satchel',
  given: Object.fromEntries(OPTION_NAMES.flatMap((name) => (context(name) ? [[name, String(context(name))]] : []))),
  code: context('code') ?? join(project, 'dist-function'),
}).synth();
