import type { ExecutionContext } from 'ava';
import { near } from './tensors.ts';

/**
 * Asserts that two values are built alike and that their numbers agree: arrays and the numbers of an object within a
 * tolerance relative to the largest of them, everything else exactly.
 */
export function alike(
  t: ExecutionContext,
  actual: unknown,
  expected: unknown,
  tolerance: number,
  what = 'values',
): void {
  if (expected instanceof Float32Array) {
    near(t, actual as Float32Array, expected, tolerance, what);
  } else if (expected instanceof Map) {
    const got = actual as ReadonlyMap<string, unknown>;
    t.deepEqual([...got.keys()], [...expected.keys()], what);
    for (const [key, value] of expected) alike(t, got.get(key), value, tolerance, String(key));
  } else if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    alikeObjects(t, actual as Fields, expected as Fields, tolerance, what);
  } else {
    t.deepEqual(actual, expected, what);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function alikeObjects(
  t: ExecutionContext,
  actual: Fields,
  expected: Fields,
  tolerance: number,
  what: string,
): void {
  t.deepEqual(Object.keys(actual), Object.keys(expected), what);
  const numbers = Object.keys(expected).filter((key) => typeof expected[key] === 'number');
  const of = (fields: Fields): number[] => numbers.map((key) => fields[key] as number);
  near(t, of(actual), of(expected), tolerance, what);
  for (const [key, value] of Object.entries(expected)) {
    if (typeof value !== 'number') alike(t, actual[key], value, tolerance, key);
  }
}
