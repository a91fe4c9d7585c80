/** `node cold-start.mjs <bundle>`: loads the built function and asks it for what needs no table. Prints ms as JSON. */
import { pathToFileURL } from 'node:url';

Object.assign(process.env, {
  TABLE: 'table',
  BUCKET: 'bodies-of-all',
  USER_POOL_ID: 'eu-central-1_Bench0001',
  CLIENT_ID: 'bench',
  IDENTITY_POOL_ID: 'eu-central-1:00000000-0000-4000-8000-000000000000',
  SIGN_UP: 'open',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
});

const began = performance.now();
const before = process.cpuUsage();
const { handler } = await import(pathToFileURL(process.argv[2] ?? '').href);
const loaded = performance.now();
const answer = await handler(
  {
    version: '2.0',
    routeKey: 'GET /v1/config',
    rawPath: '/v1/config',
    rawQueryString: '',
    headers: { host: 'api.example' },
    requestContext: {
      domainName: 'api.example',
      http: { method: 'GET', path: '/v1/config', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: 'one',
      stage: '$default',
      timeEpoch: 0,
    },
    isBase64Encoded: false,
  },
  { getRemainingTimeInMillis: () => 1000 },
);
const answered = performance.now();
if (answer.statusCode !== 200) throw new Error(`the function answered ${answer.statusCode}: ${answer.body}`);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `\n${JSON.stringify({ loaded: loaded - began, answered: answered - loaded, cpu: (user + system) / 1000 })}`,
);
