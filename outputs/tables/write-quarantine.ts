import fs from 'node:fs/promises';
import { Bool, Field, Schema, Utf8 } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, RepairedSample } from '../../operators/types.ts';
import { boolColumn, recordBatch, utf8Column } from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import { producer } from '../files/producer.ts';
import { readArrowFile } from '../arrow/read-arrow-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';

/** The name of the file in a run folder or an embeddings folder. */
export const quarantineName = 'quarantine.arrow';

/** A row of `quarantine.arrow`: an image that was left out, or one that was used after a repair. */
export type QuarantineRow = BadSample | RepairedSample;

/** Stages that a row can name. */
export const quarantineStages: readonly ['read', 'decode', 'encode'] = ['read', 'decode', 'encode'];

const schema = new Schema([
  /** Id of the sample in its dataset; each once, sorted. */
  new Field('id', new Utf8(), false),
  /** `read`, `decode` or `encode`. */
  new Field('stage', new Utf8(), false),
  /** Error code, such as `ERR_DECODE`; `REPAIRED` of an image that was used. */
  new Field('code', new Utf8(), false),
  /** For people. */
  new Field('message', new Utf8(), false),
  /** False when the image was left out, true when it was used after a repair. */
  new Field('used', new Bool(), false),
]);

const names = ['id', 'stage', 'code', 'message'] as const;
const rowsAtOnce = 4096;

/**
 * Writes `quarantine.arrow`: the images that could not be used or had to be repaired, sorted by id, each once.
 *
 * The bytes depend on the set of samples alone. Of several reports of one id the first in order of
 * stage, code and message stays. Without bad samples the file has no rows.
 *
 * @param token See `openPartialFile`.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeQuarantine(
  path: string,
  samples: readonly QuarantineRow[],
  token?: string,
): Promise<ArrowFileReport> {
  const sorted = [...samples].sort(byAllColumns);
  const unique = sorted.filter((sample, at) => sample.id !== sorted[at - 1]?.id);
  const file = await openArrowFile(path, schema, { metadata: { producer }, token });
  try {
    for (let row = 0; row < unique.length; row += rowsAtOnce) {
      const rows = unique.slice(row, row + rowsAtOnce);
      const texts = names.map((name) => utf8Column(rows.map((sample) => sample[name])));
      const used = boolColumn(rows.map(isRepaired));
      await file.write(recordBatch(schema, [...texts, used]));
    }
    return await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * Reads the rows of a `quarantine.arrow`; none when there is no such file.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged or another kind of file.
 * @example
 * ```ts
 * const rows = await readQuarantine('runs/a/quarantine.arrow');
 * for (const { id, code, message } of rows) console.log(id, code, message);
 * ```
 */
export async function readQuarantine(path: string): Promise<QuarantineRow[]> {
  try {
    await fs.access(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const samples: QuarantineRow[] = [];
  for await (const batch of readArrowFile(path)) {
    const columns = names.map((name) => batch.getChild(name));
    for (let row = 0; row < batch.numRows; row += 1) {
      const [id, stage, code, message] = columns.map((column): unknown => column?.get(row));
      if (
        typeof id !== 'string' ||
        !isStage(stage) ||
        typeof code !== 'string' ||
        typeof message !== 'string'
      ) {
        throw new PipelineError(
          'ERR_FORMAT',
          `Expected \`${path}\` to have the text columns ${names.join(', ')}`,
          { path },
        );
      }
      samples.push(
        code === repairedCode
          ? { id, stage: 'decode', code, message }
          : { id, stage, code, message },
      );
    }
  }
  return samples;
}

const repairedCode: RepairedSample['code'] = 'REPAIRED';

/** True for an image that was used after a repair. */
export function isRepaired(row: QuarantineRow): row is RepairedSample {
  return row.code === repairedCode;
}

function isStage(value: unknown): value is BadSample['stage'] {
  return quarantineStages.some((stage) => stage === value);
}

function byAllColumns(a: QuarantineRow, b: QuarantineRow): number {
  for (const name of names) {
    if (a[name] !== b[name]) return a[name] < b[name] ? -1 : 1;
  }
  return 0;
}
