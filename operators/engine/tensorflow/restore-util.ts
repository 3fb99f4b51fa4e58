import { createRequire } from 'node:module';

/**
 * Puts back two functions of Node's `util` that Node 23 took away and that the package still calls for nearly every
 * operator (tensorflow/tfjs issue 8609).
 */
export function restoreUtil(): void {
  // The object that `require` gives to everybody; an import would give a frozen view of it.
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
