import { type BestMetricName, betterOf, type ValidationRow } from './validation-columns.ts';

/** The best of some validations, and how long it has been the best. */
export interface BestRow {
  readonly row: ValidationRow;
  readonly value: number;
  /** Validations after the last one that was better by more than the least that counts. */
  readonly waiting: number;
}

/**
 * The best validation by a metric, the earliest of equals; undefined while none could be measured.
 *
 * @param minDelta Improvement that ends the waiting, 0 or more: one by more than this over the value that ended it last.
 */
export function bestRow(
  rows: readonly ValidationRow[],
  metric: BestMetricName,
  minDelta = 0,
): BestRow | undefined {
  const sign = betterOf(metric) === 'higher' ? 1 : -1;
  let best: Omit<BestRow, 'waiting'> | undefined;
  let [mark, waiting] = [Number.NEGATIVE_INFINITY, 0];
  for (const row of rows) {
    const value = row[metric];
    // Nothing is above what could not be measured.
    if (best === undefined ? !Number.isNaN(value) : sign * value > sign * best.value) {
      best = { row, value };
    }
    const isImproved = sign * value > mark + minDelta;
    if (isImproved) mark = sign * value;
    waiting = isImproved ? 0 : waiting + 1;
  }
  return best === undefined ? undefined : { ...best, waiting };
}
