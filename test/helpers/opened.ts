import type { ExecutionContext } from 'ava';

/** What can be closed, more than once. */
interface Closable {
  close(): Promise<void>;
}

/**
 * What opens, closed when the test ends in whatever way: the thread of an engine that a failed test leaves open would
 * keep the process from ending.
 */
export async function opened<T extends Closable>(
  t: ExecutionContext,
  opening: Promise<T>,
): Promise<T> {
  const open = await opening;
  t.teardown(() => open.close());
  return open;
}
