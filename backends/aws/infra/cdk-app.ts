/** The app as the CDK's own command line runs it (`npx cdk synth -c sign-up=invitation`), with options as its context. */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { createApp } from './app.ts';
import { OPTION_NAMES } from './options.ts';

const { node } = new App();
const context = (name: string): string | undefined => {
  const value: unknown = node.tryGetContext(name);
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | undefined);
};
createApp({
  name: context('name') ?? 'Satchel',
  given: Object.fromEntries(OPTION_NAMES.flatMap((name) => (context(name) ? [[name, String(context(name))]] : []))),
  code: join(import.meta.dirname, '../../../dist-function'),
}).synth();
