import { messageOf } from '../errors.ts';

/** Cause of the death of a thread: an error that nothing in it caught, or its exit. */
export type ThreadEnd =
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'exited'; readonly code: number };

/** The end of a thread in words, such as `it exited with code 9`. */
export function wordsOfEnd(end: ThreadEnd): string {
  return end.kind === 'failed' ? messageOf(end.error) : `it exited with code ${end.code}`;
}

/** The cause of an error about the end of a thread. */
export function causeOfEnd(end: ThreadEnd): ErrorOptions {
  return end.kind === 'failed' ? { cause: end.error } : {};
}
