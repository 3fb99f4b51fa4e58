import { parentPort, workerData } from 'node:worker_threads';
import { type ComparisonRequest, type ComparisonSpec, openComparison } from './comparison.ts';

// Runs one search in a thread of its own: an answer to every request, in order. Blocks are in shared memory. What
// fails here ends the thread, which tells its owner.
const port = parentPort;
if (port === null) {
  throw new TypeError('Expected `comparison-worker.ts` to run in a worker thread');
}
const opened = openComparison(workerData as ComparisonSpec);
const answer = async (request: ComparisonRequest): Promise<void> => {
  const ask = await opened;
  port.postMessage(await ask(request));
};
port.on('message', (request: ComparisonRequest) => {
  void answer(request);
});
