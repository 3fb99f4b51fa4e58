import fs from 'node:fs/promises';
import { Field, Schema, Utf8 } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample } from '../../operators/types.ts';
import { recordBatch, utf8Column } from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import { producer } from '../files/producer.ts';
import { readArrowFile } from '../arrow/read-arrow-file.ts';
import { isMissing } from '../files/system-error.ts';

/** The name of the file in a run folder or an embeddings folder. */
export const quarantineName = 'quarantine.arrow';

const schema = new Schema([
  /** Id of the sample in its dataset; each once, sorted. */
  new Field('id', new Utf8(), false),
  /** `read` or `decode`. */
  new Field('stage', new Utf8(), false),
  /** Error code, such as `ERR_DECODE`. */
  new Field('code', new Utf8(), false),
  /** For people. */
  new Field('message', new Utf8(), false),
]);

const names = ['id', 'stage', 'code', 'message'] as const;
const rowsAtOnce = 4096;

/**
 * Writes `quarantine.arrow`: the images that could not be used, sorted by id, each once.
 *
 * The bytes depend on the set of samples alone. Of several reports of one id the first in order of
 * stage, code and message stays. Without bad samples the file has no rows.
 *
 * @param token See `openPartialFile`.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeQuarantine(
  path: string,
  samples: readonly BadSample[],
  token?: string,
): Promise<ArrowFileReport> {
  const sorted = [...samples].sort(byAllColumns);
  const unique = sorted.filter((sample, at) => sample.id !== sorted[at - 1]?.id);
  const file = await openArrowFile(path, schema, { metadata: { producer }, token });
  try {
    for (let row = 0; row < unique.length; row += rowsAtOnce) {
      const rows = unique.slice(row, row + rowsAtOnce);
      const columns = names.map((name) => utf8Column(rows.map((sample) => sample[name])));
      await file.write(recordBatch(schema, columns));
    }
    return await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * Reads the bad samples of a `quarantine.arrow`; none when there is no such file.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged or another kind of file.
 * @example
 * ```ts
 * const bad = await readQuarantine('runs/a/quarantine.arrow');
 * for (const { id, message } of bad) console.log(id, message);
 * ```
 */
export async function readQuarantine(path: string): Promise<BadSample[]> {
  try {
    await fs.access(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const samples: BadSample[] = [];
  for await (const batch of readArrowFile(path)) {
    const columns = names.map((name) => batch.getChild(name));
    for (let row = 0; row < batch.numRows; row += 1) {
      const [id, stage, code, message] = columns.map((column): unknown => column?.get(row));
      if (
        typeof id !== 'string' ||
        (stage !== 'read' && stage !== 'decode') ||
        typeof code !== 'string' ||
        typeof message !== 'string'
      ) {
        throw new PipelineError(
          'ERR_FORMAT',
          `Expected \`${path}\` to have the text columns ${names.join(', ')}`,
          { path },
        );
      }
      samples.push({ id, stage, code, message });
    }
  }
  return samples;
}

function byAllColumns(a: BadSample, b: BadSample): number {
  for (const name of names) {
    if (a[name] !== b[name]) return a[name] < b[name] ? -1 : 1;
  }
  return 0;
}
