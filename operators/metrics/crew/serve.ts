import { parentPort } from 'node:worker_threads';
import type { Work } from './crew.ts';

/** Answers every request to this thread by `work`, in order. */
export function serve<Request, Reply>(work: Work<Request, Reply>): void {
  const port = parentPort;
  if (port === null) throw new TypeError('Expected a member of a crew to run in a worker thread');
  port.on('message', (request: Request) => {
    port.postMessage(work(request));
  });
}
