import { type LossSumValues, measuredBatch } from './measured-batch.ts';
import { lossReadoutTable, type LossReadouts, readOut } from './readouts.ts';

/** Read-outs of a set from its sums. */
export function lossReadouts(sums: LossSumValues): LossReadouts {
  return readOut(lossReadoutTable, measuredBatch(sums));
}
