import { parentPort } from 'node:worker_threads';
import type { Work } from './crew.ts';

/** Answers every request to this thread by `work`, in order. What fails ends the thread, which tells its owner. */
export function serve<Request, Reply>(work: Work<Request, Reply>): void {
  const port = parentPort;
  if (port === null) throw new TypeError('Expected a member of a crew to run in a worker thread');
  const answer = async (request: Request): Promise<void> => port.postMessage(await work(request));
  // One is under way at a time, so they cannot overtake each other.
  port.on('message', (request: Request) => void answer(request));
}
