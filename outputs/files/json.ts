import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { isMissing } from './system-error.ts';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; absent and undefined fields are the same. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** SHA-256 (hex) of a value, whatever the order of its keys. */
export function jsonHash(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** Canonical JSON: keys are sorted, so that equal values have the same text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Differences of two values by key, such as `` `loss.temperature`: 0.1 before, 0.2 now ``; empty when they are equal. */
export function jsonDifferences(before: unknown, now: unknown, key = ''): string[] {
  if (isObject(before) && isObject(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...keys].flatMap((name) =>
      jsonDifferences(before[name], now[name], key === '' ? name : `${key}.${name}`),
    );
  }
  const [a, b] = [shown(before), shown(now)];
  return a === b ? [] : [`\`${key}\`: ${a} before, ${b} now`];
}

/**
 * Reads a JSON object; undefined when there is no such file.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it holds something else.
 */
export async function readJsonObject(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await fs.readFile(path, 'utf8'));
    if (isObject(value)) return value;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new PipelineError('ERR_FORMAT', `Cannot read \`${path}\`: ${messageOf(error)}`, {
      path,
      cause: error,
    });
  }
  throw new PipelineError('ERR_FORMAT', `Expected \`${path}\` to hold a JSON object`, { path });
}

/** True for an object with names, neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const longestShown = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = canonicalJson(value as Json);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}
