import assert from 'node:assert/strict';
import type { ExecutionContext, ThrowsExpectation } from 'ava';
import { messageOf } from '../../operators/errors.ts';
import type { DeclareTest } from '../contract/engine-contract.ts';

/** A declared case. */
export interface DeclaredCase {
  readonly title: string;
  readonly run: (t: ExecutionContext) => Promise<unknown>;
}

/** How a case ended. */
export interface CaseOutcome {
  readonly title: string;
  readonly passed: boolean;
  readonly ms: number;
  /** Largest error over its tolerance that was asserted; above 1 where it failed by that. */
  readonly closeness: number;
  /** Why it failed, else empty. */
  readonly message: string;
}

/** Collects cases, those that come first in front, without AVA, which is not on a machine with a borrowed card. */
export function collectCases(): {
  readonly test: DeclareTest;
  readonly cases: () => readonly DeclaredCase[];
} {
  const [first, others]: [DeclaredCase[], DeclaredCase[]] = [[], []];
  const declare = (title: string, run: DeclaredCase['run']): void =>
    void others.push({ title, run });
  const serial = (title: string, run: DeclaredCase['run']): void => void first.push({ title, run });
  return { test: Object.assign(declare, { serial }), cases: () => [...first, ...others] };
}

/** Runs a case to its end or its first assertion that does not hold. */
export async function runCase({ title, run }: DeclaredCase): Promise<CaseOutcome> {
  const seen = { closeness: 0 };
  const start = performance.now();
  const ended = (passed: boolean, message: string): CaseOutcome => {
    return { title, passed, ms: performance.now() - start, ...seen, message };
  };
  try {
    // As much of AVA's context as the contracts use.
    await run(assertions(seen) as unknown as ExecutionContext);
    return ended(true, '');
  } catch (error) {
    return ended(false, messageOf(error));
  }
}

function assertions(seen: { closeness: number }) {
  const note = (message = ''): void => {
    const [, error, tolerance] = /relative error (\S+), tolerance (\S+)/u.exec(message) ?? [];
    if (error !== undefined) seen.closeness = Math.max(seen.closeness, +error / +tolerance!);
  };
  return {
    true(actual: unknown, message?: string): void {
      note(message);
      assert.equal(actual, true, message);
    },
    false: (actual: unknown, message?: string): void => assert.equal(actual, false, message),
    is: (actual: unknown, expected: unknown, message?: string): void =>
      assert.equal(actual, expected, message),
    deepEqual: (actual: unknown, expected: unknown, message?: string): void =>
      assert.deepEqual(actual, expected, message),
    regex: (text: string, pattern: RegExp): void => assert.match(text, pattern),
    throwsAsync: async (work: Work, expected: ThrowsExpectation<Error> = {}): Promise<Error> =>
      refused(await rejectionOf(work), expected),
    notThrowsAsync: async (work: Work): Promise<void> => void (await settled(work)),
    log(): void {},
    timeout(): void {},
    teardown(): void {},
  };
}

type Work = Promise<unknown> | (() => Promise<unknown>);

function settled(work: Work): Promise<unknown> {
  return typeof work === 'function' ? work() : work;
}

async function rejectionOf(work: Work): Promise<unknown> {
  try {
    await settled(work);
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, got none');
}

function refused(error: unknown, expected: ThrowsExpectation<Error>): Error {
  const { code, instanceOf, message } = expected;
  assert.ok(error instanceof Error, `Expected an error, got ${String(error)}`);
  if (code !== undefined) assert.equal('code' in error ? error.code : undefined, code);
  // As AVA documents it: any class.
  if (instanceOf !== undefined) assert.ok(error instanceof (instanceOf as typeof Error));
  if (message instanceof RegExp) assert.match(error.message, message);
  if (typeof message === 'string') assert.equal(error.message, message);
  return error;
}
