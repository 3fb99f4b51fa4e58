import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

/** Everything that a worker accepts, except what `startWorker` decides itself. */
export type StartWorkerOptions = Omit<WorkerOptions, 'argv' | 'eval'>;

/**
 * A worker thread that runs one of our own modules, in the repository (`.ts`) and packed (`.js`) alike.
 *
 * `startWorker(new URL('./step-worker.ts', import.meta.url), { workerData })`: write the name as it is
 * in the repository. A module that cannot be loaded is reported by the worker's `error` event. The
 * worker belongs to the caller, who ends it.
 *
 * @throws {TypeError} When `module` is not a `file:` URL of a TypeScript module.
 */
export function startWorker(module: URL, options: StartWorkerOptions = {}): Worker {
  if (module.protocol !== 'file:' || !module.pathname.endsWith('.ts')) {
    throw new TypeError(
      `Expected \`module\` to be a file: URL ending in .ts, got \`${module.href}\``,
    );
  }
  const packed = import.meta.url.endsWith('.js');
  const target = packed ? module.href.replace(/\.ts$/, '.js') : module.href;
  return new Worker(new URL('worker-bootstrap.mjs', import.meta.url), {
    ...options,
    argv: [target],
  });
}
