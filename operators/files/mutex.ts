/**
 * Mutual exclusion: runs asynchronous work one piece at a time, in the order of the calls. A failure concerns
 * its caller only.
 *
 * For things that are closed while a call may still be running: the close waits for it.
 */
export function mutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
