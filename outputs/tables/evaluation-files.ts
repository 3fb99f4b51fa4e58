import type { Evaluation } from '../../operators/evaluation/evaluation.ts';
import type { CalibrationRow } from '../../operators/evaluation/scores/calibration-rows.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { GroupRow } from '../../operators/evaluation/scores/group-row.ts';
import type {
  NeighbourRows,
  NeighbourTable,
} from '../../operators/evaluation/scores/neighbour-table.ts';
import { groupsSummary } from './groups-summary.ts';
import { overlapColumns, overlapSummary } from './overlap-columns.ts';
import { scoreColumns } from './score-columns.ts';
import { columnOf, type TableColumn } from '../arrow/table-file.ts';
import { type ResultContent, type ResultReport, writeResult } from './result-folder.ts';

/** Provenance of vectors that were read from a file. */
export interface VectorFileProvenance {
  /** Location without credentials. */
  readonly location: string;
  /** SHA-256 in hex over ids and vectors: the same for the same vectors in any format. */
  readonly contentHash: string;
}

/** Provenance of an evaluation, for `summary.json` and whoever compares. */
export interface EvaluationProvenance {
  /** Hash of the weights that embedded both sets; null when unknown. */
  readonly modelHash: string | null;
  /** Hashes of the datasets. */
  readonly trainHash: string;
  readonly testHash: string;
  /** Identities of the images themselves; datasets of one hash may hold other images under the same names. */
  readonly trainImages: string;
  readonly testImages: string;
  /** Files that the vectors were read from; null for an export. @default both are exports */
  readonly trainFile?: VectorFileProvenance | null | undefined;
  readonly testFile?: VectorFileProvenance | null | undefined;
  /** Temperature: the losses divide similarities by it. */
  readonly temperature: number;
  /** Test images that were contrasted with each other, of those with a class. */
  readonly contrasted: { readonly images: number; readonly of: number };
  /** Rows of the exports that were left out: vectors that are not finite, or have no length. @default not said */
  readonly unusable?: { readonly train: number; readonly test: number } | undefined;
  /** Table of the ids that were left out. @default none were */
  readonly exclude?: string | undefined;
}

/**
 * Writes the files of an evaluation into a folder, which is made if need be.
 *
 * ```
 * evaluation.arrow   a row for each metric, over all classes, by class, and by group, with its interval
 * neighbours.arrow   a row for each test image: its nearest of the same and of another class, and predictions
 * scores.arrow       a row for each test image: the numbers whose means and medians the metrics are
 * histogram.arrow    similarities to the nearest of the same (target) and of another class (noise)
 * curves.arrow       ROC and precision-recall of telling the two apart by a threshold
 * confusion.arrow    what each prediction makes of each class
 * calibration.arrow  reliability of the votes: confidence and accuracy in bins of confidence
 * overlap.arrow      a row for each test image that is a training image, too
 * summary.json       the metrics over all classes, and what could not be measured
 * ```
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 * @example
 * ```ts
 * import type { Evaluation } from 'sincere-embeddings/operators';
 *
 * const contrasted = { images: 1000, of: 1000 };
 * const images = { trainImages: '…', testImages: '…' };
 * const hashes = { modelHash: '…', trainHash: '…', testHash: '…', ...images };
 * const write = async (evaluation: Evaluation) =>
 *   await writeEvaluation('evaluation', evaluation, { ...hashes, temperature: 0.1, contrasted });
 * ```
 */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  provenance: EvaluationProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const { neighbours, sha256, scores, overlap, groups } = evaluation;
  const metricRows = [...evaluation.rows, ...(groups?.rows ?? [])];
  const further = { sha256Of: sha256, groupOf: groups?.groupOf };
  const content: ResultContent = {
    format: 'sincere-evaluation',
    version: 2,
    tables: [
      {
        name: 'evaluation.arrow',
        columns: metricColumns(groups?.by ?? null, metricRows),
        rows: metricRows.length,
      },
      { name: 'neighbours.arrow', columns: neighbourColumns(neighbours), rows: neighbours.count },
      {
        name: 'scores.arrow',
        columns: scoreColumns(scores, (image) => neighbours.id(image), further),
        rows: scores.count,
      },
      {
        name: 'histogram.arrow',
        columns: histogramColumns(evaluation),
        rows: evaluation.histogram.length,
      },
      { name: 'curves.arrow', columns: curveColumns(evaluation), rows: evaluation.curves.length },
      {
        name: 'confusion.arrow',
        columns: confusionColumns(evaluation),
        rows: evaluation.confusion.length,
      },
      {
        name: 'calibration.arrow',
        columns: calibrationColumns(evaluation),
        rows: evaluation.calibration.length,
      },
      { name: 'overlap.arrow', columns: overlapColumns(overlap), rows: overlap?.count ?? 0 },
    ],
    summary: { ...provenance, ...summaryOf(evaluation) },
  };
  return await writeResult(folder, content, { signal });
}

/** Summary for people: the metrics over all classes, and what could not be measured. */
function summaryOf(evaluation: Evaluation): Readonly<Record<string, unknown>> {
  const { rows, layer, scored, ranked, testWithoutClass, trainWithoutClass } = evaluation;
  const overall = rows.filter((row) => row.class === null);
  return {
    layer,
    scored,
    ranked,
    testWithoutClass,
    trainWithoutClass,
    absentFromTrain: evaluation.absentFromTrain,
    overlap: overlapSummary(evaluation.overlap),
    groups: groupsSummary(evaluation.groups),
    probes: evaluation.probes.map(({ source, about }) => ({ source, ...about })),
    metrics: Object.fromEntries(
      overall.map(({ metric, value, ciLow, ciHigh, n }) => [metric, { value, ciLow, ciHigh, n }]),
    ),
  };
}

function metricColumns(
  by: string | null,
  rows: readonly (EvaluationRow | GroupRow)[],
): TableColumn[] {
  return [
    /** Metric, such as `knn1_accuracy` or `margin`. */
    { name: 'metric', type: 'utf8', values: columnOf(rows, ({ metric }) => metric) },
    /** Null over all classes. */
    { name: 'class', type: 'utf8', nullable: true, values: columnOf(rows, (row) => row.class) },
    /** `embedding` or `projection`. */
    { name: 'layer', type: 'utf8', values: columnOf(rows, ({ layer }) => layer) },
    /** Null when there is nothing to measure. */
    { name: 'value', type: 'float64', nullable: true, values: columnOf(rows, (row) => row.value) },
    /** Ends of the 95 % interval over the choice of test images; null when none was computed. */
    {
      name: 'ci_low',
      type: 'float64',
      nullable: true,
      values: columnOf(rows, ({ ciLow }) => ciLow),
    },
    {
      name: 'ci_high',
      type: 'float64',
      nullable: true,
      values: columnOf(rows, ({ ciHigh }) => ciHigh),
    },
    /** Test images that it was measured on; training images for the gauges of neural collapse. */
    { name: 'n', type: 'int32', values: columnOf(rows, ({ n }) => n) },
    /** Attribute of the test images, and its value that they have; null over all. `group` is a word of SQL. */
    {
      name: 'group_column',
      type: 'utf8',
      nullable: true,
      values: columnOf(rows, (row) => ('group' in row ? by : null)),
    },
    {
      name: 'group_value',
      type: 'utf8',
      nullable: true,
      values: columnOf(rows, (row) => ('group' in row ? row.group : null)),
    },
  ];
}

function neighbourColumns(table: NeighbourTable): TableColumn[] {
  const text = (
    name: string,
    nullable: boolean,
    of: (rows: NeighbourRows) => readonly (string | null)[],
  ): TableColumn => ({
    name,
    type: 'utf8',
    nullable,
    values: (from, to) => of(table.rows(from, to)),
  });
  const number = (
    name: string,
    of: (rows: NeighbourRows) => readonly (number | null)[],
  ): TableColumn => ({
    name,
    type: 'float64',
    nullable: true,
    values: (from, to) => of(table.rows(from, to)),
  });
  return [
    /** Id of the test image. */
    text('id', false, ({ id }) => id),
    /** Its class; null when unknown. */
    text('class', true, (rows) => rows.class),
    /** Nearest training image of the same class; null when there is none. */
    text('same_id', true, ({ sameId }) => sameId),
    /** Cosine similarity to it, −1 to 1. */
    number('same_similarity', ({ sameSimilarity }) => sameSimilarity),
    /** Nearest training image of another class; null when there is none. */
    text('other_id', true, ({ otherId }) => otherId),
    text('other_class', true, ({ otherClass }) => otherClass),
    number('other_similarity', ({ otherSimilarity }) => otherSimilarity),
    /** The class that is predicted, by each way of predicting. */
    ...table.sources.map((source) =>
      text(source, true, ({ predictions }) => predictions.get(source)!),
    ),
  ];
}

function histogramColumns({ histogram }: Evaluation): TableColumn[] {
  return [
    /** `target` or `noise`. */
    { name: 'series', type: 'utf8', values: columnOf(histogram, ({ series }) => series) },
    /** Null over all classes. */
    {
      name: 'class',
      type: 'utf8',
      nullable: true,
      values: columnOf(histogram, (row) => row.class),
    },
    /** Cosine similarities from `bin_low` to below `bin_high`, in the last bin up to 1. */
    { name: 'bin_low', type: 'float64', values: columnOf(histogram, ({ low }) => low) },
    { name: 'bin_high', type: 'float64', values: columnOf(histogram, ({ high }) => high) },
    { name: 'images', type: 'int32', values: columnOf(histogram, ({ images }) => images) },
    /** Of the images of the series, 0 to 1. */
    { name: 'share', type: 'float64', values: columnOf(histogram, ({ share }) => share) },
  ];
}

function curveColumns({ curves }: Evaluation): TableColumn[] {
  return [
    /** `roc` or `precision_recall`. */
    { name: 'curve', type: 'utf8', values: columnOf(curves, ({ curve }) => curve) },
    /** Null over all classes. */
    { name: 'class', type: 'utf8', nullable: true, values: columnOf(curves, (row) => row.class) },
    /** Similarities of at least this count as target; null at the end where nothing or everything does. */
    {
      name: 'threshold',
      type: 'float64',
      nullable: true,
      values: columnOf(curves, ({ threshold }) => threshold),
    },
    /** False-positive rate of `roc`, recall of `precision_recall`. */
    { name: 'x', type: 'float64', values: columnOf(curves, ({ x }) => x) },
    /** True-positive rate of `roc`, precision of `precision_recall`. */
    { name: 'y', type: 'float64', values: columnOf(curves, ({ y }) => y) },
  ];
}

function confusionColumns({ confusion }: Evaluation): TableColumn[] {
  return [
    /** Predictor, such as `knn5` or `probe_l2`. */
    { name: 'source', type: 'utf8', values: columnOf(confusion, ({ source }) => source) },
    { name: 'class', type: 'utf8', values: columnOf(confusion, (row) => row.class) },
    { name: 'predicted', type: 'utf8', values: columnOf(confusion, ({ predicted }) => predicted) },
    { name: 'images', type: 'int32', values: columnOf(confusion, ({ images }) => images) },
  ];
}

function calibrationColumns({ calibration }: Evaluation): TableColumn[] {
  const number = (
    name: string,
    of: (row: CalibrationRow) => number | null,
    nullable = false,
  ): TableColumn => ({ name, type: 'float64', nullable, values: columnOf(calibration, of) });
  return [
    /** Predictor: `knn5`. */
    { name: 'source', type: 'utf8', values: columnOf(calibration, ({ source }) => source) },
    /** Confidences from above `bin_low` (in the first bin from 0 on) to `bin_high`. */
    number('bin_low', ({ low }) => low),
    number('bin_high', ({ high }) => high),
    { name: 'images', type: 'int32', values: columnOf(calibration, ({ images }) => images) },
    /** Means over the images of the bin; null without any. */
    number('confidence', ({ confidence }) => confidence, true),
    number('accuracy', ({ accuracy }) => accuracy, true),
  ];
}
