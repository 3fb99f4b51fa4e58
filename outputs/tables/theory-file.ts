import path from 'node:path';
import { Bool, Field, Float64, Int32, Schema, Utf8 } from 'apache-arrow';
import type { TheoryRow } from '../../operators/theory/theory-row.ts';
import {
  boolColumn,
  float64Column,
  nullableInt32Column,
  recordBatch,
  utf8Column,
} from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { producer } from '../files/producer.ts';

/** Provenance of the rows: they are a function of it. */
export interface TheoryProvenance {
  readonly seed: number;
  /** Monte-Carlo draws of each value. */
  readonly draws: number;
}

const theorySchema = new Schema([
  /** Name of the check, such as `prop3_posterior` or `ideal_loss`. */
  new Field('check', new Utf8(), false),
  /** The case in words. */
  new Field('setting', new Utf8(), false),
  /** J of a cell of the bound, in nats; null for other checks. */
  new Field('divergence', new Float64(), true),
  /** |N| of a cell of the bound; null for other checks. */
  new Field('negatives', new Int32(), true),
  /** Losses and bounds in nats, probabilities and cosines as they are. */
  new Field('measured', new Float64(), false),
  /** Relation that `measured` must have to `expected`: `equals`, `at_least` or `differs`. */
  new Field('relation', new Utf8(), false),
  /** In the unit of `measured`. */
  new Field('expected', new Float64(), false),
  /** Slack in the unit of `measured`; for `differs` the distance to exceed. */
  new Field('tolerance', new Float64(), false),
  /** In the unit of `measured`; null when nothing was drawn. */
  new Field('standard_error', new Float64(), true),
  new Field('holds', new Bool(), false),
]);

/**
 * Writes `theory.arrow` into a folder, which is made if need be. It appears when it is complete.
 *
 * The bytes are a function of the rows and of `provenance`, which goes into the metadata of the schema.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeTheory(
  folder: string,
  rows: readonly TheoryRow[],
  { seed, draws }: TheoryProvenance,
): Promise<ArrowFileReport> {
  await makeFolder(folder);
  const sink = await openArrowFile(path.join(folder, 'theory.arrow'), theorySchema, {
    metadata: { producer, seed: String(seed), draws: String(draws) },
  });
  try {
    await sink.write(
      recordBatch(theorySchema, [
        utf8Column(rows.map(({ check }) => check)),
        utf8Column(rows.map(({ setting }) => setting)),
        float64Column(rows.map(({ divergence }) => divergence)),
        nullableInt32Column(rows.map(({ negatives }) => negatives)),
        float64Column(rows.map(({ measured }) => measured)),
        utf8Column(rows.map(({ relation }) => relation)),
        float64Column(rows.map(({ expected }) => expected)),
        float64Column(rows.map(({ tolerance }) => tolerance)),
        float64Column(rows.map(({ standardError }) => standardError)),
        boolColumn(rows.map(({ holds }) => holds)),
      ]),
    );
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
