import { openViewThread } from './view-thread.ts';
import type { ViewMaker } from './view-request.ts';

/** How many threads make views. */
export interface ViewMakerOptions {
  /**
   * Threads. One makes some ten thousand views of 32 pixels a second, which outruns training on a
   * CPU. @default 1
   */
  readonly workers?: number | undefined;
}

/**
 * Starts threads that make views.
 *
 * A request goes to the thread with the fewest. Requests are not limited here: the demand gate upstream
 * bounds them by its window.
 *
 * @throws {RangeError} When `workers` is not an integer of at least 1.
 * @throws {PipelineError} `ERR_ENGINE` when a thread cannot start.
 */
export async function openViewMaker(options: ViewMakerOptions = {}): Promise<ViewMaker> {
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Expected \`workers\` to be an integer of at least 1, got \`${workers}\``);
  }
  const opening = Array.from({ length: workers }, () => openViewThread());
  const opened = await Promise.allSettled(opening);
  const threads = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const idlest = (): ViewMaker =>
    threads.reduce((least, other) => (other.pending < least.pending ? other : least));
  return {
    make: async (request) => await idlest().make(request),
    prepare: async (request) => await idlest().prepare(request),
    recycle: (inputs) => idlest().recycle(inputs),
    close,
  };
}
