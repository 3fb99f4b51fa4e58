/** Those who still wait, in the order in which they began to. */
const waiting = new Set<() => void>();

/**
 * Detection of a standstill: calls back when the event loop of the process runs empty, so that nothing that is waited
 * for can come any more. Node would end the process then, without a word.
 *
 * The one that began last is told first, and alone: what waits for it may go on by what it does then. Where there is no
 * such process, as in a browser, nothing is called.
 *
 * @returns Ends the watch; to be called when what was waited for has come.
 */
export function atStandstill(callback: () => void): () => void {
  // A watch of its own, also when a callback is given twice.
  const watch = (): void => callback();
  if (typeof process === 'undefined' || typeof process.on !== 'function') return () => {};
  if (waiting.size === 0) process.on('beforeExit', tellLast);
  waiting.add(watch);
  return () => leave(watch);
}

function tellLast(): void {
  const last = [...waiting].at(-1)!;
  leave(last);
  // Another turn of the loop: what waits for this one settles in it, or is the next to be told.
  setImmediate(() => {});
  last();
}

function leave(watch: () => void): void {
  waiting.delete(watch);
  if (waiting.size === 0) process.off('beforeExit', tellLast);
}
