import {
  crossEntropyReadoutTable,
  lossReadoutTable,
  readoutColumns,
  type Readouts,
} from '../../operators/loss/readouts.ts';
import { gradientReadoutTable } from '../../operators/step/step-readouts.ts';
import type { LogColumns } from '../arrow/log-rows.ts';

/** Columns of `metrics.arrows` before the read-outs of a step. */
const before = { step: 'int32', epoch: 'int32', learning_rate: 'float64' } as const;

/** Column behind them: images of the batch, each with its views. */
const behind = { images: 'int32' } as const;

/** Columns of `metrics.arrows` for a contrastive loss: a function of seed, data and configuration. Row n is step n. */
export const contrastiveColumns: LogColumns = columnsWith(lossReadoutTable);

/** Columns of `metrics.arrows` for a classifier. Row n is step n. */
export const classifierColumns: LogColumns = columnsWith(crossEntropyReadoutTable);

/** The columns of `metrics.arrows` for a loss. */
export function metricsColumns(loss: string): LogColumns {
  return loss === 'cross-entropy' ? classifierColumns : contrastiveColumns;
}

/** Columns of `timing.arrows`: different on every machine and in every run. Row n is step n. */
export const timingColumns = {
  step: 'int32',
  /** Inside the engine, in milliseconds. */
  step_ms: 'float64',
  /** Since the step before (or the start), waiting for data included, in milliseconds. */
  wall_ms: 'float64',
  /** Images of the batch over `wall_ms`. */
  images_per_second: 'float64',
  /** Images of the batch over `step_ms`. */
  step_images_per_second: 'float64',
} as const;

/** The read-outs of a step by their columns. */
export function readoutCells(
  table: Readouts<never>,
  readouts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    readoutColumns(table).map(([name, { column }]) => [column, readouts[name]!]),
  );
}

function columnsWith(readouts: Readouts<never>): LogColumns {
  return { ...before, ...typesOf(readouts), ...typesOf(gradientReadoutTable), ...behind };
}

function typesOf(table: Readouts<never>): LogColumns {
  return Object.fromEntries(readoutColumns(table).map(([, { column, type }]) => [column, type]));
}
