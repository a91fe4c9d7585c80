/** What both hosts do with the bundle once they run: find its handler, and call it as Lambda calls it. */

/** @typedef {(event: unknown, context: object) => Promise<unknown>} Handler */

/**
 * @param {string} bundle the address of the module
 * @returns {Promise<Handler>}
 */
export async function loadHandler(bundle) {
  const { handler } = await import(bundle);
  if (typeof handler !== 'function') throw new TypeError(`${bundle} exports no handler`);
  return handler;
}

/**
 * @param {string} id
 * @param {number} deadline ms since 1970
 */
export function contextOf(id, deadline) {
  const { env } = process;
  return {
    awsRequestId: id,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: `arn:aws:lambda:${env['AWS_REGION']}:000000000000:function:${env['AWS_LAMBDA_FUNCTION_NAME']}`,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** @param {unknown} error */
export function describeError(error) {
  if (!(error instanceof Error)) return { errorType: 'Error', errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, stackTrace: (error.stack ?? '').split('\n') };
}
