import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPLOY_USAGE, mergeOptions, readDeployArguments, readDestroyArguments } from './command-line.ts';
import { type GivenOptions, OPTION_NAMES, OptionError, readOptions } from './options.ts';
import { rememberedOptions } from './stacks.ts';
import { CERTIFICATE } from './written.test-support.ts';

describe('the options', () => {
  it('need not be given', () => {
    expect(readOptions({})).toEqual({
      signUp: 'open',
      limits: { bytes: 1_073_741_824, objects: 200_000, requestsPerMinute: 1200 },
      requestsPerSecond: 200,
      budgetDollars: 10,
      userPoolPlan: 'essentials',
      providers: {},
    });
  });

  it('are read as they are meant', () => {
    const given = {
      'sign-up': 'invitation',
      label: 'The club',
      'limit-objects': '7',
      'reserved-concurrency': '3',
      'domain-name': 'notes.example.org',
      'certificate-arn': CERTIFICATE,
      'mail-from': 'a@example.org',
      'alarm-email': 'b@example.org',
      providers: '{"dropbox":{"clientId":"x"}}',
    } as const;
    expect(readOptions(given)).toMatchObject({
      signUp: 'invitation',
      label: 'The club',
      limits: { objects: 7 },
      reservedConcurrency: 3,
      domain: { name: 'notes.example.org', certificateArn: CERTIFICATE },
      mailFrom: 'a@example.org',
      alarmEmail: 'b@example.org',
      providers: { dropbox: { clientId: 'x' } },
    });
  });

  it.each<[GivenOptions, RegExp]>([
    [{ 'sign-up': 'closed' }, /sign-up.*open or invitation/],
    [{ 'limit-bytes': '1.5' }, /limit-bytes.*whole number/],
    [{ 'limit-bytes': '0' }, /limit-bytes/],
    [{ 'limit-bytes': '99999999999999999999' }, /limit-bytes/],
    [{ 'requests-per-second': '-1' }, /requests-per-second/],
    [{ 'reserved-concurrency': 'many' }, /reserved-concurrency/],
    [{ 'alarm-email': 'me' }, /alarm-email.*e-mail address/],
    [{ 'mail-from': 'Me <a@b.org>' }, /mail-from/],
    [{ 'domain-name': 'notes.example.org' }, /belong together/],
    [{ 'certificate-arn': CERTIFICATE }, /belong together/],
    [{ 'domain-name': 'https://notes.example.org/', 'certificate-arn': CERTIFICATE }, /domain-name/],
    [
      { 'domain-name': 'a.example', 'certificate-arn': CERTIFICATE.replace('us-east-1', 'eu-west-1') },
      /certificate-arn.*us-east-1/,
    ],
    [{ 'table-name': 'a b' }, /table-name/],
    [{ providers: '{' }, /providers is not JSON/],
    [{ providers: '[]' }, /providers/],
    [{ providers: '{"dropbox":"x"}' }, /providers/],
    [{ providers: '{"aws":{}}' }, /"aws"/],
    [{ 'user-pool-plan': 'plus' }, /user-pool-plan/],
  ])('are refused in words that name them: %j', (given, words) => {
    expect(() => readOptions(given)).toThrow(OptionError);
    expect(() => readOptions(given)).toThrow(words);
  });
});

describe('the command line', () => {
  it('takes every option there is, and explains it', () => {
    const args = OPTION_NAMES.map((name) => `--${name}=${name === 'providers' ? '{}' : 'x'}`);
    expect(Object.keys(readDeployArguments(args).given)).toEqual(OPTION_NAMES);
    for (const name of OPTION_NAMES) expect(DEPLOY_USAGE).toContain(`--${name}\n`);
  });

  it('says which cloud is meant', () => {
    expect(readDeployArguments([])).toEqual({ name: 'Satchel', help: false, plan: false, given: {} });
    expect(readDeployArguments(['--name=Club', '--region', 'eu-north-1', '--plan'])).toMatchObject({
      name: 'Club',
      region: 'eu-north-1',
      plan: true,
    });
  });

  it.each(['--nmae=x', '--name=1x', '--name=a_b', '--region=Frankfurt', 'deploy', '--plan=yes'])(
    'refuses %s',
    (argument) => {
      expect(() => readDeployArguments([argument])).toThrow(OptionError);
    },
  );

  it('reads other providers from a file too', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'satchel-providers-')), 'providers.json');
    writeFileSync(file, '{"dropbox":{"clientId":"x"}}');
    expect(readDeployArguments([`--providers=${file}`]).given).toEqual({ providers: '{"dropbox":{"clientId":"x"}}' });
    expect(() => readDeployArguments([`--providers=${file}x`])).toThrow(/can’t be read/);
  });

  it('deletes what people stored only when it is told to', () => {
    expect(readDestroyArguments([])).toMatchObject({ deleteData: false, yes: false });
    expect(readDestroyArguments(['--delete-data', '--yes'])).toMatchObject({ deleteData: true, yes: true });
    expect(() => readDestroyArguments(['--delete'])).toThrow(OptionError);
  });
});

describe('an upgrade', () => {
  it('knows what was given before, lets it be changed, and lets it be taken back', () => {
    const remembered = rememberedOptions({
      GivenOptions: '{"sign-up":"invitation","label":"Old","alarm-email":"a@b.org"}',
    });
    expect(mergeOptions(remembered, { label: 'New', 'alarm-email': '' })).toEqual({
      'sign-up': 'invitation',
      label: 'New',
    });
  });

  it('of a cloud that isn’t there yet knows nothing', () => {
    expect(rememberedOptions(undefined)).toEqual({});
    expect(rememberedOptions({})).toEqual({});
  });
});
