import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { counted, shownNames } from '../../operators/message-words.ts';

/** Ids of queries, or a file of them. */
export interface ChosenIds {
  readonly ids: readonly string[] | null;
  readonly idsFrom: string | null;
}

/**
 * Positions of the queries with these ids, ascending; undefined for all. An id that several rows have stands for each
 * of them.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the set lacks one; `ERR_READ` when the file cannot be read.
 */
export async function queriesById(
  set: VectorSet,
  { ids, idsFrom }: ChosenIds,
): Promise<Int32Array | undefined> {
  const wanted = ids ?? (idsFrom === null ? null : await idsOf(idsFrom));
  if (wanted === null) return undefined;
  const missing = new Set(wanted);
  const all = new Set(wanted);
  const positions: number[] = [];
  for (let position = 0; position < set.count; position += 1) {
    const id = set.id(position);
    if (!all.has(id)) continue;
    positions.push(position);
    missing.delete(id);
  }
  if (missing.size > 0) throw withoutIds(set, [...missing], ids === null ? 'idsFrom' : 'ids');
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

function withoutIds(set: VectorSet, missing: readonly string[], option: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${set.name}\` has no row with ${counted(missing.length, 'id')} of \`${option}\`: ${shownNames(missing)}. ` +
      `Its ids are such as \`${set.id(0)}\`.`,
    { path: set.name, options: [option] },
  );
}
