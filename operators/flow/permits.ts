import { setMaxListeners } from 'node:events';

/** Releases a permit; called once. */
export type Release = () => void;

/** Counting semaphore: abortable and first-come, first-served, in front of a scarce resource. */
export interface Permits {
  /** Maximum number of holders. */
  readonly limit: number;
  /** Holders now. */
  readonly held: number;
  /** Callers waiting now. */
  readonly waiting: number;
  /** Waits for a permit. @throws The reason of `signal` when it aborts first; the place in line is given up. */
  acquire(signal?: AbortSignal): Promise<Release>;
  /** Runs `work` under a permit and hands it back however `work` ends. */
  use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/**
 * Counting semaphore, abortable and first-come, first-served.
 *
 * Native work that was handed to a thread pool cannot be withdrawn; work that waits here can. So every
 * native decode and every read stands behind permits, and an abort drops all but the running ones.
 * The line is bounded by whoever calls: a plan's images, times the window.
 *
 * @param limit Holders at the same time.
 * @throws {RangeError} When `limit` is not an integer of at least 1.
 * @example
 * ```ts
 * import { readdir, readFile } from 'node:fs/promises';
 *
 * const reads = permits(16);
 * const files = await readdir('photos/cat');
 * const sizes = files.map((file) =>
 *   reads.use(async () => (await readFile(`photos/cat/${file}`)).length),
 * );
 * console.log(await Promise.all(sizes));
 * ```
 */
export function permits(limit: number): Permits {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`Expected \`limit\` to be an integer of at least 1, got \`${limit}\``);
  }
  let held = 0;
  // A Set keeps insertion order and gives up a place in constant time.
  const line = new Set<() => void>();

  const release = (): void => {
    held -= 1;
    const [next] = line;
    if (next !== undefined) {
      line.delete(next);
      next();
    }
  };

  const grant = (): Release => {
    held += 1;
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      release();
    };
  };

  const acquire = (signal?: AbortSignal): Promise<Release> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      if (held < limit) {
        resolve(grant());
        return;
      }
      const leave = (): void => {
        line.delete(enter);
        reject(signal!.reason);
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve(grant());
      };
      line.add(enter);
      // One run's signal serves everyone in the line; Node would warn of a leak above ten.
      if (signal !== undefined) setMaxListeners(0, signal);
      signal?.addEventListener('abort', leave, { once: true });
    });

  return {
    limit,
    get held() {
      return held;
    },
    get waiting() {
      return line.size;
    },
    acquire,
    async use(work, signal) {
      const done = await acquire(signal);
      try {
        return await work();
      } finally {
        done();
      }
    },
  };
}
