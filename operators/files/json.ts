import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../errors.ts';
import { isMissing } from './system-error.ts';
import { cutText } from '../message-words.ts';

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
  if (before === undefined && now === undefined) return [];
  // In full: what is shown of two long values can be the same.
  const isSame =
    before !== undefined &&
    now !== undefined &&
    canonicalJson(before as Json) === canonicalJson(now as Json);
  return isSame ? [] : [`\`${key}\`: ${shown(before)} before, ${shown(now)} now`];
}

/** Deepest nesting; what we write is some levels deep. Code that follows a value would run out of stack. */
const deepest = 100;

/**
 * Reads a JSON object in UTF-8; undefined when there is no such file. A byte order mark may stand before it, as editors on
 * Windows leave it.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it holds something else, or is nested more than a hundred levels deep.
 */
export async function readJsonObject(path: string): Promise<Record<string, unknown> | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, messageOf(error), error);
  }
  const value = parsedJson(path, bytes);
  if (!isObject(value)) {
    throw new PipelineError('ERR_FORMAT', `Expected \`${path}\` to hold a JSON object`, { path });
  }
  if (isDeeper(value)) throw unreadable(path, 'it is nested too deep to be one of ours');
  return value;
}

function parsedJson(path: string, bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'it is no text in UTF-8. Save it as UTF-8, or write it anew', error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'it is empty' : `it is no JSON (${messageOf(error)})`;
    throw unreadable(path, `${why}. Correct it, or write it anew`, error);
  }
}

function isDeeper(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= deepest && level.length > 0; depth += 1) {
    level = level.flatMap((part) =>
      typeof part === 'object' && part !== null ? Object.values(part) : [],
    );
  }
  return level.length > 0;
}

function unreadable(path: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `Cannot read \`${path}\`: ${why}`, { path, cause });
}

/** True for an object with names, neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const longestShown = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  // Of a hash its beginning tells it from another.
  if (typeof value === 'string' && /^[\da-f]{64}$/u.test(value)) return `"${value.slice(0, 12)}…"`;
  return cutText(canonicalJson(value as Json), longestShown);
}
