import type { MeasuredBatch } from './measured-batch.ts';

/** Number format: significant digits, decimals, or decimals of a percentage. */
export type NumberFormat =
  { readonly significant: number } | { readonly decimals: number } | { readonly percent: number };

/** A read-out in a table for people. */
export interface ReadoutLine {
  readonly label: string;
  readonly format: NumberFormat;
  /** Stands after the number, or in a column of its own; empty where there is none. */
  readonly unit: string;
}

/** A number that is read out of a batch or a set. `From` is what it is computed from. */
export interface Readout<From> {
  /** One line of Markdown: what it says, with its formula. */
  readonly doc: string;
  /** Column of `metrics.arrows`. */
  readonly column: string;
  readonly type: 'float64' | 'int32';
  /** Columns of later editions of the file stand after those of the first. @default 1 */
  readonly edition?: number;
  /** Lowest and highest value; null where there is no limit. */
  readonly range: readonly [number | null, number | null];
  /** Its line in the table of `loss`; null where it has none. */
  readonly report: ReadoutLine | null;
  /** Its line in the summary of `train`; null where it has none. */
  readonly summary: ReadoutLine | null;
  /** Name of the metric in `evaluate`; null where it is no metric of a set. */
  readonly metric: string | null;
  readonly value: (from: From) => number;
}

/** A table of read-outs. */
export type Readouts<From> = Readonly<Record<string, Readout<From>>>;

/** Read-outs of a contrastive loss over a set of rows: the one place that lists them. */
export const lossReadoutTable = {
  /** The loss itself, in nats. */
  loss: {
    doc: 'the loss that is minimised, in nats',
    column: 'loss',
    type: 'float64',
    range: [null, null],
    report: null,
    summary: { label: 'loss', format: { significant: 5 }, unit: '' },
    metric: null,
    value: ({ overAnchors }: MeasuredBatch): number => overAnchors('loss'),
  },
  /** SINCERE on the same batch and temperature, in nats. */
  sincere: {
    doc: 'SINCERE on the batch, in nats',
    column: 'sincere',
    type: 'float64',
    range: [0, null],
    report: { label: 'SINCERE', format: { decimals: 4 }, unit: 'nats' },
    summary: { label: 'SINCERE', format: { significant: 5 }, unit: '' },
    metric: 'sincere_loss',
    value: ({ overAnchors }: MeasuredBatch): number => overAnchors('sincere'),
  },
  /** SupCon on the same batch and temperature, in nats. */
  supcon: {
    doc: 'SupCon on the batch, in nats',
    column: 'supcon',
    type: 'float64',
    range: [0, null],
    report: { label: 'SupCon', format: { decimals: 4 }, unit: 'nats' },
    summary: { label: 'SupCon', format: { significant: 5 }, unit: '' },
    metric: 'supcon_loss',
    value: ({ overAnchors }: MeasuredBatch): number => overAnchors('supcon'),
  },
  /** Share of positive (anchor, positive) pairs that SupCon's gradient would push apart, 0 to 1. */
  repelledShare: {
    doc: 'share of positive pairs that SupCon would push apart',
    column: 'repelled_share',
    type: 'float64',
    range: [0, 1],
    report: {
      label: 'positive pairs that SupCon pushes apart',
      format: { percent: 2 },
      unit: '%',
    },
    summary: { label: 'pairs that SupCon repels', format: { percent: 1 }, unit: '%' },
    metric: 'repelled_share',
    value: ({ share }: MeasuredBatch): number => share('repelledPairs', 'positivePairs'),
  },
  /** SupCon's gradient on positive pairs: what pushes apart over what pulls together, 0 or more. */
  repelledMass: {
    doc: "SupCon's push over its pull on positive pairs",
    column: 'repelled_mass',
    type: 'float64',
    edition: 2,
    range: [0, null],
    report: {
      label: "SupCon's push over its pull on them",
      format: { percent: 2 },
      unit: '%',
    },
    summary: null,
    metric: 'repelled_mass',
    // Pairs that are neither pushed nor pulled have none of either.
    value: ({ sum, share }: MeasuredBatch): number =>
      sum('attraction') === 0 && sum('positivePairs') > 0 ? 0 : share('repulsion', 'attraction'),
  },
  /** 1-NN accuracy in the batch: share of rows whose most similar other row has their class, 0 to 1; ties are wrong. */
  batchNearestAccuracy: {
    doc: 'share of rows whose nearest other row in the batch has their class',
    column: 'batch_nearest_accuracy',
    type: 'float64',
    range: [0, 1],
    report: { label: 'nearest row of the same class', format: { percent: 2 }, unit: '%' },
    summary: { label: 'nearest in batch has the class', format: { percent: 1 }, unit: '%' },
    metric: null,
    value: ({ share }: MeasuredBatch): number => share('right', 'known'),
  },
  /** Anchors without a positive, which were left out of the mean. */
  anchorsWithoutPositive: {
    doc: 'anchors without a positive, which were left out of the mean',
    column: 'anchors_without_positive',
    type: 'int32',
    range: [0, null],
    report: null,
    summary: null,
    metric: null,
    value: ({ sum }: MeasuredBatch): number => sum('withoutPositive'),
  },
  /** Mean squared distance of positive pairs, 0 to 4: smaller is better aligned. */
  alignment: {
    doc: 'mean squared distance of positive pairs: 0 when classes are points',
    column: 'alignment',
    type: 'float64',
    edition: 2,
    range: [0, 4],
    report: {
      label: 'alignment',
      format: { decimals: 4 },
      unit: 'mean squared distance of positives',
    },
    summary: { label: 'alignment', format: { significant: 3 }, unit: '' },
    metric: 'alignment',
    // Of rows that are one point float32 can say a little less than nothing.
    value: ({ share }: MeasuredBatch): number =>
      Math.max(0, share('squaredDistances', 'positivePairs')),
  },
  /** `log mean exp(−2 ‖zᵢ − zⱼ‖²)` over all pairs, -8 to 0: lower is more evenly spread. */
  uniformity: {
    doc: '`log mean exp(−2 · squared distance)` over all pairs: 0 for one point, lower when spread evenly',
    column: 'uniformity',
    type: 'float64',
    edition: 2,
    range: [-8, 0],
    report: { label: 'uniformity', format: { decimals: 4 }, unit: 'log mean exp(−2 d²)' },
    summary: { label: 'uniformity', format: { significant: 3 }, unit: '' },
    metric: 'uniformity',
    value: ({ share }: MeasuredBatch): number => Math.min(0, Math.log(share('potential', 'pairs'))),
  },
  /** Centred variance `1 − ‖mean z‖²`, 0 to 1: 0 when all rows are one point, 1 when they balance out. */
  spread: {
    doc: '`1 − ‖mean z‖²`: 0 for one point, 1 when the rows balance out',
    column: 'spread',
    type: 'float64',
    edition: 2,
    range: [0, 1],
    report: { label: 'spread', format: { decimals: 4 }, unit: '1 − |mean|²' },
    summary: { label: 'spread (0: one point)', format: { significant: 3 }, unit: '' },
    metric: 'spread',
    value: ({ spread }: MeasuredBatch): number => spread,
  },
  /**
   * Effective rank (participation ratio) `(tr C)² / tr C²` of the covariance: directions in which the rows vary,
   * weighted. `classes − 1` on a simplex; 0 when `spread` is below 1e-5, where float32 does not resolve it.
   */
  effectiveRank: {
    doc: 'directions in which the rows vary; C − 1 on a simplex of C classes',
    column: 'effective_rank',
    type: 'float64',
    edition: 2,
    range: [0, null],
    report: { label: 'effective rank', format: { decimals: 4 }, unit: 'directions' },
    summary: { label: 'effective rank', format: { decimals: 1 }, unit: '' },
    metric: 'effective_rank',
    value: ({ effectiveRank }: MeasuredBatch): number => effectiveRank,
  },
  /** `log |N| − SINCERE` in nats, a lower bound of the symmetrised divergence between classes. */
  informationBound: {
    doc: '`log |N| − SINCERE`: a lower bound of the divergence between a class and all others, in nats',
    column: 'information_bound',
    type: 'float64',
    edition: 2,
    range: [null, null],
    report: {
      label: 'bound on the divergence of classes',
      format: { decimals: 4 },
      unit: 'nats',
    },
    summary: null,
    metric: 'information_bound',
    value: ({ informationBound }: MeasuredBatch): number => informationBound,
  },
  /** `log(|N| / (e^SINCERE − 1))` in nats, a sharper bound of the same; never below 0 in expectation. */
  sharpInformationBound: {
    doc: '`log(|N| / (e^SINCERE − 1))`: a sharper bound of the same',
    column: 'sharp_information_bound',
    type: 'float64',
    edition: 2,
    range: [null, null],
    report: { label: 'sharper bound', format: { decimals: 4 }, unit: 'nats' },
    summary: {
      label: 'bound on the divergence of classes',
      format: { decimals: 2 },
      unit: 'nats',
    },
    metric: 'sharp_information_bound',
    value: ({ sharpInformationBound }: MeasuredBatch): number => sharpInformationBound,
  },
} as const;

/**
 * Read-outs of a contrastive loss over a set of rows. Everything is about the rows that the loss saw and the pairs
 * that were positive to it. Shares and means of nothing are NaN.
 */
export type LossReadouts = { readonly [N in keyof typeof lossReadoutTable]: number };

/** Names of the read-outs of a contrastive loss. */
export type LossReadoutName = keyof LossReadouts;

/** A sum over the rows of a batch that the cross entropy leaves. */
export type CrossEntropySum = (name: 'loss' | 'known' | 'unknown' | 'right') => number;

/** Read-outs of the cross entropy over a batch: the one place that lists them. */
export const crossEntropyReadoutTable = {
  /** Mean cross entropy of the rows that have a class, in nats. */
  loss: {
    doc: 'mean cross entropy of the rows that have a class, in nats',
    column: 'loss',
    type: 'float64',
    range: [0, null],
    report: null,
    summary: { label: 'loss', format: { significant: 5 }, unit: '' },
    metric: null,
    value: (sum: CrossEntropySum): number => sum('loss') / sum('known'),
  },
  /** Share of them whose class got the largest logit, 0 to 1; ties count as wrong. */
  accuracy: {
    doc: 'share of them whose class got the largest logit',
    column: 'accuracy',
    type: 'float64',
    range: [0, 1],
    report: null,
    summary: { label: 'accuracy in the batch', format: { percent: 1 }, unit: '%' },
    metric: null,
    value: (sum: CrossEntropySum): number => sum('right') / sum('known'),
  },
  /** Rows without a class, padding included, which were left out. */
  rowsWithoutClass: {
    doc: 'rows without a class, which were left out',
    column: 'rows_without_class',
    type: 'int32',
    range: [0, null],
    report: null,
    summary: null,
    metric: null,
    value: (sum: CrossEntropySum): number => sum('unknown'),
  },
} as const;

/** Read-outs of the cross entropy over a batch. Shares and means of nothing are NaN. */
export type CrossEntropyReadouts = {
  readonly [N in keyof typeof crossEntropyReadoutTable]: number;
};

/** The values of a table, under its names. */
export function readOut<From, T extends Readouts<From>>(
  table: T,
  from: From,
): { readonly [N in keyof T]: number } {
  const values = Object.entries(table).map(([name, { value }]) => [name, value(from)]);
  // The names are those of the table.
  return Object.fromEntries(values) as { readonly [N in keyof T]: number };
}

/** The read-outs of a table by the names of their columns, in the order of the file: by edition, then as listed. */
export function readoutColumns<T extends Readouts<never>>(
  table: T,
): readonly (readonly [name: keyof T & string, readout: T[keyof T & string]])[] {
  const listed = Object.entries(table) as [keyof T & string, T[keyof T & string]][];
  return listed.toSorted(([, one], [, other]) => (one.edition ?? 1) - (other.edition ?? 1));
}

/** A number in a format, without its unit; a share in percent as `12.5`; `–` for what is undefined. */
export function formatted(value: number, format: NumberFormat): string {
  if (Number.isNaN(value)) return '–';
  if ('significant' in format) return value.toPrecision(format.significant);
  if ('percent' in format) return (100 * value).toFixed(format.percent);
  return value.toFixed(format.decimals);
}
