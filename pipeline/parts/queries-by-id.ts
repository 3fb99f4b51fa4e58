import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import { idKey } from './id-key.ts';
import type { OpenedSet } from './opened-set.ts';

/** Ids of queries, or a file of them. */
export interface ChosenIds {
  readonly ids: readonly string[] | null;
  readonly idsFrom: string | null;
}

/** Ids of queries, and the option that named them. */
export interface WantedIds {
  readonly ids: readonly string[];
  readonly option: keyof ChosenIds;
}

/**
 * Ids of queries, of the option or its file; undefined for all. No set is needed for it: a file that cannot be read
 * costs no wait.
 *
 * @throws {PipelineError} `ERR_READ` when the file cannot be read; `ERR_CONFIG` when it holds no id.
 */
export async function wantedIds({ ids, idsFrom }: ChosenIds): Promise<WantedIds | undefined> {
  if (ids !== null) return { ids, option: 'ids' };
  return idsFrom === null ? undefined : { ids: await idsOf(idsFrom), option: 'idsFrom' };
}

/**
 * Positions of the queries with these ids, ascending. An id that several rows have stands for each of them; numbers of
 * rows need no zeros before them.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the set lacks one.
 */
export function queriesById(set: OpenedSet, { ids, option }: WantedIds): Int32Array {
  const key = idKey(set);
  const missing = new Map(ids.map((id) => [key(id), id]));
  const all = new Set(missing.keys());
  const positions: number[] = [];
  for (let position = 0; position < set.count; position += 1) {
    const id = key(set.id(position));
    if (!all.has(id)) continue;
    positions.push(position);
    missing.delete(id);
  }
  if (missing.size > 0) throw withoutIds(set, [...missing.values()], option);
  return Int32Array.from(positions);
}

async function idsOf(file: string): Promise<readonly string[]> {
  const ids: string[] = [];
  try {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    for await (const line of lines) if (line !== '') ids.push(line);
  } catch (cause) {
    throw new PipelineError('ERR_READ', `Cannot read \`${file}\`: ${messageOf(cause)}`, {
      path: file,
      options: ['idsFrom'],
      cause,
    });
  }
  if (ids.length > 0) return ids;
  throw new PipelineError('ERR_CONFIG', `\`${file}\` holds no id. Write one on each line.`, {
    path: file,
    options: ['idsFrom'],
  });
}

function withoutIds(set: OpenedSet, missing: readonly string[], option: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${set.name}\` has no row with ${counted(missing.length, 'id')} of \`${option}\`: ${shownNames(missing)}. ` +
      `Its ids are such as \`${set.id(0)}\`.`,
    { path: set.name, options: [option] },
  );
}
