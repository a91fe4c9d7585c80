/**
 * A Lambda runtime: takes calls from the Runtime API one after the other, until nobody answers there any more.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { pathToFileURL } from 'node:url';
import { contextOf, describeError, loadHandler } from './run.mjs';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER = '' } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

/**
 * @param {string} path
 * @param {unknown} value
 */
async function tell(path, value) {
  const response = await fetch(`${api}${path}`, { method: 'POST', body: JSON.stringify(value ?? null) });
  await response.arrayBuffer();
}

async function start() {
  try {
    return await loadHandler(pathToFileURL(`${LAMBDA_TASK_ROOT}/${_HANDLER.split('.')[0]}.mjs`).href);
  } catch (error) {
    await tell('/init/error', describeError(error));
    return process.exit(1);
  }
}

const handler = await start();
for (;;) {
  const next = await fetch(`${api}/invocation/next`).catch(() => process.exit(0));
  const id = next.headers.get('lambda-runtime-aws-request-id') ?? '';
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  try {
    await tell(`/invocation/${id}/response`, await handler(await next.json(), contextOf(id, deadline)));
  } catch (error) {
    await tell(`/invocation/${id}/error`, describeError(error)).catch(() => process.exit(0));
  }
}
