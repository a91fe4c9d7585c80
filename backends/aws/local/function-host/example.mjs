/** A function for tests of what runs functions: it does what the event's path asks for. */

let calls = 0;

const text = (/** @type {unknown} */ value) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'access-control-allow-origin': 'https://of.the.function' },
  body: JSON.stringify(value),
});

/**
 * @param {{ rawPath?: string, requestContext?: { eventType?: string, connectionId?: string }, body?: string }} event
 * @param {{ awsRequestId: string, getRemainingTimeInMillis(): number }} context
 */
export async function handler(event, context) {
  calls += 1;
  switch (event.rawPath?.replace('/v1/', '') ?? '') {
    case 'event':
      return text(event);
    case 'environment':
      return text({ ...process.env, PATH: undefined });
    case 'context':
      return text({ ...context, calls, left: context.getRemainingTimeInMillis() });
    case 'bytes':
      return {
        statusCode: 201,
        isBase64Encoded: true,
        body: Buffer.from([0, 255]).toString('base64'),
        cookies: ['a=1'],
      };
    case 'plain':
      return { any: 'value' };
    case 'throw':
      throw new TypeError('thrown on purpose');
    case 'end':
      return process.exit(3);
    case 'hang':
      // With something to wait for: Node ends by itself when there is nothing.
      return new Promise(() => void setInterval(() => {}, 1000));
    case 'large':
      return text('x'.repeat(7 * 1024 * 1024));
    case 'log':
      process.stdout.write('a line of the function’s log\n');
      return text(true);
    default:
      throw new Error('nothing was asked for');
  }
}
