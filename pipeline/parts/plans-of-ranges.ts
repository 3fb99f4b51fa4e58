import { planInOrder } from '../../operators/batches/plan-in-order.ts';
import type { BatchPlan, Dataset } from '../../operators/types.ts';
import type { PositionRange } from '../../outputs/exports/export-writer.ts';

/** Plans of what is left of an export: ranges of positions, one after the other. */
export async function* plansOfRanges(
  data: Dataset,
  ranges: readonly PositionRange[],
  batchSize: number,
): AsyncGenerator<BatchPlan, void, undefined> {
  for (const { from, end } of ranges) {
    yield* planInOrder(data, { batchSize, startAt: from, endAt: end });
  }
}
