import { parentPort, workerData } from 'node:worker_threads';
import { neighbourSearch, type LabelledRows, type NeighbourQuery } from './neighbour-search.ts';

/** What the worker is told: rows to take, or that there are no more. */
export type NeighbourRequest = LabelledRows | 'result';

// Runs one search in a thread of its own: an answer to every request, in order. Blocks are in shared memory.
const port = parentPort;
if (port === null) throw new TypeError('Expected `neighbour-worker.ts` to run in a worker thread');
const search = neighbourSearch(workerData as NeighbourQuery);
port.on('message', (request: NeighbourRequest) => {
  if (request === 'result') {
    port.postMessage(search.result());
    port.close();
  } else {
    search.add(request);
    port.postMessage('added');
  }
});
