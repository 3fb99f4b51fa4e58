import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import type { EmbeddingsManifest } from '../../embeddings/embeddings-manifest.ts';
import type { SavedConfig } from '../../run/saved-config.ts';

/** A folder that a report is made of. */
export interface FoundFolder {
  /**
   * Its name in the page, with slashes: below what was given, such as `sincere/evaluation`. Never an absolute path. Of a file in it
   * the page says `${name}/histogram.arrow`.
   */
  readonly name: string;
  /** Where it is, to read its files; not for the page. */
  readonly path: string;
}

/** A run of `train`. Its logs are read by the sections that draw them. */
export interface ReportRun extends FoundFolder {
  readonly saved: SavedConfig;
  /** What it trained, such as `SINCERE` or `SupCon, temperature 0.05`; runs that differ only by their seed share it. */
  readonly encoder: string;
  /** Like it, but unique among the runs of the page. */
  readonly label: string;
}

/** A finished or unfinished export of `embed`. */
export interface ReportExport extends FoundFolder {
  readonly manifest: EmbeddingsManifest;
  /** The run whose encoder made it, as far as it is given. */
  readonly run: ReportRun | undefined;
}

/** A number of an evaluation over all classes. */
export interface ReportMetric {
  /** Null when there was nothing to measure. */
  readonly value: number | null;
  /** Ends of its 95 % interval over the choice of test images; null when none was computed. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Images that it was measured on. */
  readonly n: number;
}

/** An evaluation. Its tables are read by the sections that draw them. */
export interface ReportEvaluation extends FoundFolder {
  /** What tells it from the others of the page, unique among them: `SINCERE`, or `SINCERE (a/evaluation)`. */
  readonly label: string;
  /** Of the encoder, the same for runs that differ by their seed; the folder's name where nothing is known of it. */
  readonly encoder: string;
  readonly summary: EvaluationSummary;
  /** By name, in the order of the file. */
  readonly metrics: ReadonlyMap<string, ReportMetric>;
  /** The run whose encoder it measured, as far as it is given. */
  readonly run: ReportRun | undefined;
  /** The exports that it measured, as far as they are given. */
  readonly train: ReportExport | undefined;
  readonly test: ReportExport | undefined;
}

/** `summary.json` of an evaluation, without its metrics. */
export interface EvaluationSummary {
  readonly layer: string;
  /** Test images with a class that training images have. */
  readonly scored: number;
  readonly temperature: number;
  /** Null when unknown. */
  readonly modelHash: string | null;
  readonly trainHash: string;
  readonly testHash: string;
  readonly trainImages?: string | undefined;
  readonly testImages?: string | undefined;
  /** Everything that the file holds, for what is said nowhere else. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** A comparison of `compare`: its rows over all classes. */
export interface ReportComparison extends FoundFolder {
  readonly rows: readonly ComparisonRow[];
  /** What the file says of itself: `images`, `resamples`, `seed`, `layers`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A result of another verb: what its `summary.json` says. Its tables are read by the sections that draw them. */
export interface ReportResult extends FoundFolder {
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Results that a report is made of, by kind; in the order in which they were given, then by name. */
export interface ReportResults {
  readonly runs: readonly ReportRun[];
  readonly exports: readonly ReportExport[];
  readonly evaluations: readonly ReportEvaluation[];
  readonly comparisons: readonly ReportComparison[];
  readonly suspects: readonly ReportResult[];
  readonly duplicates: readonly ReportResult[];
  readonly neighbours: readonly ReportResult[];
  readonly selections: readonly ReportResult[];
  readonly drifts: readonly ReportResult[];
  readonly transfers: readonly ReportResult[];
}

/** Kinds of results. */
export const resultKinds: readonly (keyof ReportResults)[] = [
  'runs',
  'exports',
  'evaluations',
  'comparisons',
  'suspects',
  'duplicates',
  'neighbours',
  'selections',
  'drifts',
  'transfers',
];

/** Everything that a report is made of. */
export interface ReportMaterial extends ReportResults {
  /** Of the whole, for the heading: the last name of what was given. */
  readonly name: string;
  /** What was given, as the page names it. */
  readonly given: readonly string[];
  /** Paired differences of evaluations of the same test images; undefined with fewer than two of them. */
  readonly paired: PairedEvaluations | undefined;
  /** What is damaged, was left out or assumed, in sentences. */
  readonly notes: readonly string[];
}

/** Evaluations of the same test images, compared image by image. */
export interface PairedEvaluations {
  /** Encoders in the order of the evaluations; runs of one encoder are one, measured as the mean of its runs. */
  readonly encoders: readonly PairedEncoder[];
  /** A row for each metric and each pair of encoders, the earlier one as the baseline, over all classes. */
  readonly rows: readonly ComparisonRow[];
  /** Test images that all have. */
  readonly images: number;
}

/** An encoder that is compared. */
export interface PairedEncoder {
  /** As `baseline` and `model` of the rows name it. */
  readonly name: string;
  /** One for each training run. */
  readonly evaluations: readonly ReportEvaluation[];
}
