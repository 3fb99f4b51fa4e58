import type { Workload } from './workload.ts';

/** What the contract of an engine came to. */
export interface ContractResult {
  readonly passed: number;
  readonly failed: readonly { readonly title: string; readonly message: string }[];
  /** Cases that time did not suffice for. */
  readonly notRun: readonly string[];
  /** Largest error over its tolerance. */
  readonly closeness: number;
  /** Factor of the tolerances of the processor. */
  readonly rounding: number;
}

/** A training beside that of the reference. */
export type TrainingResult =
  | { readonly steps: number; readonly difference: number; readonly tolerance: number }
  | { readonly failed: string }
  | { readonly notRun: string };

/** What a side or a setting of PyTorch came to in a row. */
export type Cell =
  | {
      /** Median and fastest, in ms, of so many. */
      readonly ms: number;
      readonly fastestMs: number;
      readonly count: number;
      readonly values: readonly number[];
      /** The size that was measured; smaller than that of the row where memory was short. */
      readonly work: Workload;
      readonly waiting?: number;
      readonly imagesPerSecond?: number;
    }
  | { readonly failed: string }
  | { readonly notRun: string };

/** What is known of a side's numbers. */
export interface Correctness {
  contract?: ContractResult;
  training?: TrainingResult;
  /** Rows in which it computed something else than PyTorch. */
  disagreements?: readonly string[];
}

/** Everything that a check found, as `card.json` holds it. */
export interface CardResults {
  readonly version: 1;
  readonly started: string;
  /** That it came to its end; a check that was cut off leaves what it had. */
  finished: boolean;
  seconds: number;
  readonly machine: Readonly<Record<string, string | number>>;
  found: readonly { readonly name: string; readonly words: string }[];
  /** What PyTorch is here, or why it is not measured. */
  peer: Readonly<Record<string, string | number>>;
  readonly correctness: Record<string, Correctness>;
  /** Columns of the table. */
  columns: readonly string[];
  readonly rows: { readonly work: Workload; readonly cells: Record<string, Cell> }[];
}

/** Whether something of a side came out wrong. Numbers of such a side are not shown. */
export function isWrong(results: CardResults, side: string): boolean {
  const { contract, training, disagreements = [] } = results.correctness[side] ?? {};
  if (disagreements.length > 0) return true;
  if (contract !== undefined && contract.failed.length > 0) return true;
  return training !== undefined && !('notRun' in training) && !trainingHolds(training);
}

/** Whether a training is that of the reference. */
export function trainingHolds(training: TrainingResult): boolean {
  return 'difference' in training && training.difference <= training.tolerance;
}

/** The same without the times of sides that are wrong. */
export function shown(results: CardResults): CardResults {
  const wrong = results.columns
    .filter((column) => isWrong(results, column))
    .map((column): [string, Cell] => [column, { failed: 'wrong numbers' }]);
  const rows = results.rows.map(({ work, cells }) => {
    return { work, cells: Object.assign({}, cells, Object.fromEntries(wrong)) };
  });
  return { ...results, rows };
}
