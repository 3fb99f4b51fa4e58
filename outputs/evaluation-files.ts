import fs from 'node:fs/promises';
import path from 'node:path';
import { type Data, Field, Float64, Int32, type RecordBatch, Schema, Utf8 } from 'apache-arrow';
import type { Evaluation, EvaluationRow, NeighbourRows } from '../operators/metrics/evaluation.ts';
import { float64Column, int32Column, recordBatch, utf8Column } from './arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from './arrow-file.ts';
import { writeAtomicJson } from './atomic-file.ts';
import { makeFolder } from './make-folder.ts';
import { PRODUCER } from './producer.ts';
import { writeError } from './write-error.ts';

/** The files of one evaluation. */
export interface EvaluationReport {
  readonly path: string;
  readonly evaluation: ArrowFileReport;
  readonly neighbours: ArrowFileReport;
  /** Path of `summary.json`. */
  readonly summary: string;
}

const evaluationSchema = new Schema([
  /** Such as `knn1_accuracy` or `margin`. */
  new Field('metric', new Utf8(), false),
  /** Null over all classes. */
  new Field('class', new Utf8(), true),
  /** `embedding` or `projection`. */
  new Field('layer', new Utf8(), false),
  /** Null when there is nothing to measure. */
  new Field('value', new Float64(), true),
  /** Ends of the 95 % interval; null when none was computed. */
  new Field('ci_low', new Float64(), true),
  new Field('ci_high', new Float64(), true),
  /** Test images that it was measured on. */
  new Field('n', new Int32(), false),
]);

/** Columns of `neighbours.arrow`, and for each k a text column `knn<k>` with the class that was voted for. */
function neighboursSchema(ks: readonly number[]): Schema {
  return new Schema([
    /** Id of the test image. */
    new Field('id', new Utf8(), false),
    /** Its class; null when unknown. */
    new Field('class', new Utf8(), true),
    /** Nearest training image of the same class; null when there is none. */
    new Field('same_id', new Utf8(), true),
    /** Cosine similarity to it, −1 to 1. */
    new Field('same_similarity', new Float64(), true),
    /** Nearest training image of another class; null when there is none. */
    new Field('other_id', new Utf8(), true),
    new Field('other_class', new Utf8(), true),
    new Field('other_similarity', new Float64(), true),
    ...ks.map((k) => new Field(`knn${k}`, new Utf8(), false)),
  ]);
}

const rowsAtOnce = 8192;

/**
 * Writes `evaluation.arrow`, `neighbours.arrow` and `summary.json` into a folder, which is made if need be.
 *
 * The bytes are a function of the evaluation. An earlier summary is removed first and the new one written
 * last: where there is one, the other files belong to it.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
): Promise<EvaluationReport> {
  const summary = path.join(folder, 'summary.json');
  await makeFolder(folder);
  await fs.rm(summary, { force: true }).catch((error: unknown) => {
    throw writeError(summary, error);
  });
  const { rows, neighbours } = evaluation;
  const ks = [...neighbours.predictions.keys()];
  const rowsReport = await writeRows(
    path.join(folder, 'evaluation.arrow'),
    evaluationSchema,
    rows.length,
    (from, to) => evaluationColumns(rows.slice(from, to)),
  );
  const neighboursReport = await writeRows(
    path.join(folder, 'neighbours.arrow'),
    neighboursSchema(ks),
    neighbours.id.length,
    (from, to) => neighbourColumns(neighbours, from, to),
  );
  await writeAtomicJson(summary, {
    format: 'sincere-evaluation',
    version: 1,
    producer: PRODUCER,
    ...summaryOf(evaluation),
    files: [rowsReport, neighboursReport].map(({ path: file, rows, bytes, sha256 }) => {
      return { file: path.basename(file), rows, bytes, sha256 };
    }),
  });
  return { path: folder, evaluation: rowsReport, neighbours: neighboursReport, summary };
}

/** What people look at first: the numbers over all classes, and what could not be measured. */
function summaryOf(evaluation: Evaluation): Readonly<Record<string, unknown>> {
  const { rows, scored, testWithoutClass, trainWithoutClass, absentFromTrain } = evaluation;
  const overall = rows.filter((row) => row.class === null);
  return {
    layer: overall[0]?.layer ?? null,
    scored,
    testWithoutClass,
    trainWithoutClass,
    absentFromTrain,
    metrics: Object.fromEntries(
      overall.map(({ metric, value, ciLow, ciHigh, n }) => [metric, { value, ciLow, ciHigh, n }]),
    ),
  };
}

function evaluationColumns(rows: readonly EvaluationRow[]): Data[] {
  return [
    utf8Column(rows.map(({ metric }) => metric)),
    utf8Column(rows.map((row) => row.class)),
    utf8Column(rows.map(({ layer }) => layer)),
    float64Column(rows.map(({ value }) => value)),
    float64Column(rows.map(({ ciLow }) => ciLow)),
    float64Column(rows.map(({ ciHigh }) => ciHigh)),
    int32Column(Int32Array.from(rows, ({ n }) => n)),
  ];
}

function neighbourColumns(rows: NeighbourRows, from: number, to: number): Data[] {
  return [
    utf8Column(rows.id.slice(from, to)),
    utf8Column(rows.class.slice(from, to)),
    utf8Column(rows.sameId.slice(from, to)),
    float64Column(rows.sameSimilarity.slice(from, to)),
    utf8Column(rows.otherId.slice(from, to)),
    utf8Column(rows.otherClass.slice(from, to)),
    float64Column(rows.otherSimilarity.slice(from, to)),
    ...[...rows.predictions.values()].map((classes) => utf8Column(classes.slice(from, to))),
  ];
}

async function writeRows(
  file: string,
  schema: Schema,
  count: number,
  columns: (from: number, to: number) => readonly Data[],
): Promise<ArrowFileReport> {
  const sink = await openArrowFile(file, schema, { metadata: { producer: PRODUCER } });
  try {
    for (let row = 0; row < count; row += rowsAtOnce) {
      const batch: RecordBatch = recordBatch(schema, columns(row, row + rowsAtOnce));
      await sink.write(batch);
    }
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
