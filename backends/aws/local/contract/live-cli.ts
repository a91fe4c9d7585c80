/** `npm run test:live`: holds the contract against Amazon's services, or their own stand-in, as far as somebody has them. */
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { bucketContract, emptyPrefix } from './bucket.ts';
import type { ContractCheck } from './check.ts';
import { cloudContract, openCloud } from './cloud.ts';
import { makeTable, removeTable, tableContract } from './table.ts';

interface Part {
  readonly title: string;
  /** What has to stand in the environment. */
  readonly needs: string;
  /** Absent: something that is needed isn't there. */
  readonly run: ((print: (line: string) => void) => Promise<Totals>) | undefined;
}

interface Totals {
  readonly passed: number;
  readonly failed: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const AWS_WORDS =
  'Credentials are found as by every client of Amazon’s: AWS_PROFILE, or AWS_ACCESS_KEY_ID with its secret, and AWS_REGION';

function parts(env: Environment): readonly Part[] {
  const dynamoDb = env['SATCHEL_LIVE_DYNAMODB'];
  const bucket = env['SATCHEL_LIVE_BUCKET'];
  const [api, email, password] = ['CLOUD', 'EMAIL', 'PASSWORD'].map((name) => env[`SATCHEL_LIVE_${name}`]);
  return [
    {
      title: 'DynamoDB',
      needs:
        'SATCHEL_LIVE_DYNAMODB, "aws" for an account in which a table may be made and removed, or the address of ' +
        `Amazon’s DynamoDB Local such as http://127.0.0.1:8000. ${AWS_WORDS}`,
      run: dynamoDb === undefined ? undefined : (print) => checkTable(dynamoDb, print),
    },
    {
      title: 'S3',
      needs: `SATCHEL_LIVE_BUCKET, the name of a bucket for tests, and the right to all in it. ${AWS_WORDS}`,
      run: bucket === undefined ? undefined : (print) => checkBucket(bucket, print),
    },
    {
      title: 'a deployed cloud',
      needs:
        'SATCHEL_LIVE_CLOUD, the cloud address that npm run deploy printed; SATCHEL_LIVE_EMAIL and ' +
        'SATCHEL_LIVE_PASSWORD of an account for tests there, confirmed, without a second factor',
      run:
        api === undefined || email === undefined || password === undefined
          ? undefined
          : async (print) => check(cloudContract, await openCloud(api.replace(/\/+$/, ''), email, password), print),
    },
  ];
}

async function checkTable(where: string, print: (line: string) => void): Promise<Totals> {
  // DynamoDB Local takes any key, but wants one.
  const local = {
    endpoint: where,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const subject = await makeTable(new DynamoDBClient(where === 'aws' ? {} : local));
  try {
    return await check(tableContract, subject, print);
  } finally {
    await removeTable(subject);
  }
}

async function checkBucket(Bucket: string, print: (line: string) => void): Promise<Totals> {
  const subject = { client: new S3Client({}), Bucket, prefix: `contract-${randomBytes(6).toString('hex')}/` };
  try {
    return await check(bucketContract, subject, print);
  } finally {
    await emptyPrefix(subject);
  }
}

async function check<Subject>(
  checks: readonly ContractCheck<Subject>[],
  subject: Subject,
  print: (line: string) => void,
): Promise<Totals> {
  const totals = { passed: 0, failed: 0 };
  for (const { title, run } of checks) {
    try {
      await run(subject);
      totals.passed += 1;
      print(`  passed   ${title}`);
    } catch (error) {
      totals.failed += 1;
      print(`  FAILED   ${title}\n           ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return totals;
}

async function main(): Promise<number> {
  let failed = 0;
  for (const { title, needs, run } of parts(process.env)) {
    if (!run) {
      console.log(`Skipped: ${title}. The environment lacks ${needs}.`);
      continue;
    }
    console.log(title);
    const totals = await run((line) => console.log(line));
    console.log(`  ${totals.passed} passed, ${totals.failed} failed`);
    failed += totals.failed;
  }
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main();
