import type { OperatorFunction } from 'rxjs';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { BatchPlan } from '../../operators/types.ts';
import type { ExportFolder, WrittenRows } from './export-writer.ts';
import type { ExportedBatch, SampleReasons } from './open-part.ts';

/** One acknowledged batch of an export. */
export interface RowsWritten extends WrittenRows {
  readonly plan: BatchPlan;
}

const withoutReasons: SampleReasons = { list: () => [], listRepaired: () => [] };

const live = new WeakSet<object>();

/**
 * Writes the rows of each batch into the folder of an export: one emission for each batch, in order, when it is taken in.
 *
 * @param folder Borrowed: `finish` it when the stream has completed, and `close` it in any case.
 * A second live stream into it is an `ERR_CONTRACT`.
 * @param quarantine Says why samples of a plan are missing from its batch. Without it a missing sample
 * is an `ERR_CONTRACT`.
 */
export function writeRows<B extends ExportedBatch>(
  folder: ExportFolder<B>,
  quarantine: SampleReasons = withoutReasons,
): OperatorFunction<B, RowsWritten> {
  const write = mapInTurn(async (batch: B): Promise<RowsWritten> => {
    const written = await folder.write(batch, quarantine);
    return { plan: batch.plan, ...written };
  });
  return oneAtATime(live, folder, folder.path, write);
}
