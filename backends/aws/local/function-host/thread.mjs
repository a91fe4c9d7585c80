/** Runs the bundle in a thread of the local cloud's own process, with an environment of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { contextOf, describeError, loadHandler } from './run.mjs';

const port = parentPort;
if (!port) throw new Error('This runs as a worker thread.');
const handler = await loadHandler(workerData.bundle);

/** @param {{ id: string, payload: string, deadline: number }} call */
async function answer({ id, payload, deadline }) {
  try {
    const result = await handler(JSON.parse(payload), contextOf(id, deadline));
    return { id, result: JSON.stringify(result ?? null) };
  } catch (error) {
    return { id, error: JSON.stringify(describeError(error)) };
  }
}

port.on('message', (call) => {
  void answer(call).then((answered) => port.postMessage(answered));
});
port.postMessage({ ready: true });
