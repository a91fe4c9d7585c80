import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, CfnResource, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import type { GivenOptions } from './options.ts';
import { CERTIFICATE, write } from './written.test-support.ts';

interface Acknowledged {
  readonly path: string;
  readonly rule: string;
  readonly reason: string;
}

const EVERYTHING: GivenOptions = {
  'alarm-email': 'owner@example.org',
  'reserved-concurrency': '5',
  'domain-name': 'notes.example.org',
  'certificate-arn': CERTIFICATE,
  'mail-from': 'notes@example.org',
};

describe.each([
  ['by default', {}],
  ['with every option', EVERYTHING],
  ['by invitation, on a restored table', { 'sign-up': 'invitation', 'table-name': 'restored' } as const],
])('a cloud %s', (_, given) => {
  // Writing it has thrown already, were there a finding that nobody has explained.
  const { app } = write(given);
  const found = findings(app);
  const explained = acknowledged(app);

  it('was really looked at: there is something to explain', () => {
    expect(found.length).toBeGreaterThan(5);
  });

  it('has an explanation in a sentence for each finding', () => {
    for (const { path, rule } of found) {
      const reasons = explained.filter((each) => each.rule === rule && isWithin(path, each.path));
      expect(
        reasons.map(({ reason }) => reason.length > 40 && reason.endsWith('.')),
        `${rule} at ${path}`,
      ).toContain(true);
    }
  });

  it('explains nothing that isn’t found', () => {
    const idle = explained.filter(
      ({ path, rule }) => !found.some((finding) => finding.rule === rule && isWithin(finding.path, path)),
    );
    expect(idle).toEqual([]);
  });
});

describe('the check', () => {
  it('fails a cloud with a finding that nobody has explained', () => {
    const { app } = write();
    const bare = new AwsSolutionsChecks(app);
    expect(bare.validateScope(app).success).toBe(true);
    expect(findings(app).map(({ rule }) => rule)).toContain('AwsSolutions-COG2');
  });
});

describe('CloudFormation’s schemas', () => {
  it('fail a template that CloudFormation would refuse', () => {
    const app = createApp({ name: 'Test', given: {}, outdir: mkdtempSync(join(tmpdir(), 'satchel-bad-')) });
    const stack = app.node.findChild('Test-kept') as Stack;
    new CfnResource(stack, 'Bad', { type: 'AWS::SQS::Queue', properties: { QueueSize: 'large' } });
    expect(() => app.synth()).toThrow(/QueueSize.*CloudFormation-Validate/s);
  });
});

/** What the rules find when no acknowledgement is heard. */
function findings(app: App): readonly { readonly path: string; readonly rule: string }[] {
  const found: { path: string; rule: string }[] = [];
  const pack = new AwsSolutionsChecks(app);
  Object.defineProperty(pack, 'isAcknowledged', {
    value: (resource: IConstruct, rule: string) => {
      found.push({ path: resource.node.path, rule });
      return false;
    },
  });
  pack.validateScope(app);
  return found;
}

function acknowledged(app: App): readonly Acknowledged[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
      .map(([id, reason]) => ({ path: node.path, rule: id.replace(/^annotation::/i, ''), reason }))
      // Warnings of the CDK itself are acknowledged in the same way.
      .filter(({ rule }) => rule.startsWith('AwsSolutions-')),
  );
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}
