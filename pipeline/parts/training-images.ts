import { planBatches } from '../../operators/batches/plan-batches.ts';
import { takeFingerprint } from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import type { RunImages } from '../../outputs/run/run-images.ts';
import { batchShape, type PlannedBatches } from './batch-shape.ts';
import { readPermits } from './native-permits.ts';

/** What the images of a run are: their fingerprint, and which of them were drawn by a step. */
export async function trainingImages(
  data: Dataset,
  config: PlannedBatches,
  signal: AbortSignal,
): Promise<RunImages> {
  const { name, hash } = data;
  const fingerprint = await takeFingerprint(data, { permits: readPermits, signal });
  const drawn = (ids: readonly string[], steps: number): Promise<string[]> =>
    drawnImages(data, config, ids, steps);
  return { name, hash, fingerprint, drawn };
}

/** Images among some that stand in the plans of the first steps. Plans are made again, until all are found. */
async function drawnImages(
  data: Dataset,
  config: PlannedBatches,
  ids: readonly string[],
  steps: number,
): Promise<string[]> {
  const left = new Set(ids);
  const plans = planBatches(data, { ...batchShape(config), steps });
  for await (const { samples } of plans) {
    for (const { id } of samples) left.delete(id);
    if (left.size === 0) break;
  }
  return ids.filter((id) => !left.has(id));
}
