import { mutex } from './mutex.ts';
import { writeError } from './write-error.ts';

/**
 * Writes to a file, one at a time, in the order of their calls.
 *
 * @returns Runs a write when those before it have settled. Its failure is an `ERR_WRITE` that names the file, and does not
 * keep the next from running.
 */
export function writesInTurn(file: string): (work: () => Promise<void>) => Promise<void> {
  const exclusively = mutex();
  return (work) =>
    exclusively(async () => {
      try {
        await work();
      } catch (error) {
        throw writeError(file, error);
      }
    });
}
