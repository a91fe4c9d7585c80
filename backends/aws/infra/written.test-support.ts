/** The stacks as they are written, for tests that read them. No account is asked, and no network used. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from './app.ts';
import type { GivenOptions } from './options.ts';
import { stackNames } from './stack-names.ts';

const PLACE = { account: '111122223333', region: 'eu-central-1' };
export const CERTIFICATE = `arn:aws:acm:us-east-1:${PLACE.account}:certificate/01234567-89ab-cdef-0123-456789abcdef`;

export interface Written {
  readonly app: App;
  readonly kept: Template;
  readonly service: Template;
  /** Where the assembly is, for the CDK's own programs. */
  readonly outdir: string;
}

/** As a deployment writes them, with a function of one line. */
export function write(given: GivenOptions = {}, keep = true): Written {
  const folder = mkdtempSync(join(tmpdir(), 'satchel-infra-'));
  const code = join(folder, 'function');
  const outdir = join(folder, 'out');
  mkdirSync(code);
  writeFileSync(join(code, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 });\n');
  const app = createApp({ name: 'Test', given, code, place: PLACE, outdir, keep });
  app.synth();
  const names = stackNames('Test');
  const template = (name: string) => Template.fromStack(app.node.findChild(name) as Stack);
  return { app, kept: template(names.kept), service: template(names.service), outdir };
}

export type Properties = Readonly<Record<string, unknown>>;

/** The properties of the only resource of a type. */
export function only(template: Template, type: string): Properties {
  const found = Object.values(template.findResources(type)) as { Properties: Properties }[];
  if (found.length !== 1 || !found[0]) throw new Error(`There are ${found.length} of ${type}`);
  return found[0].Properties;
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** A value with everything that is known only in AWS put in as text: `<name>`. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', undefined]] = Object.entries(value as Readonly<Record<string, unknown>>);
  if (key === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]];
    return parts.map(flat).join(separator);
  }
  if (key === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  if (key === 'Ref' || key === 'Fn::ImportValue') return `<${flat(inner)}>`;
  throw new Error(`${JSON.stringify(value)} is no text`);
}
