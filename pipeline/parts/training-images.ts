import { planBatches } from '../../operators/batches/plan-batches.ts';
import { takeFingerprint } from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import type { RunImages } from '../../outputs/run/run-images.ts';
import { batchShape, type PlannedBatches } from './batch-shape.ts';
import { readPermits } from './native-permits.ts';

/** What the images of a run are: their version, their fingerprint, and which of them were drawn by a step. */
export function trainingImages(
  data: Dataset,
  config: PlannedBatches,
  signal: AbortSignal,
): RunImages {
  const { name, hash, version } = data;
  return {
    name,
    hash,
    version,
    takeFingerprint: () => takeFingerprint(data, { permits: readPermits, signal }),
    drawn: (ids, steps) => drawnImages(data, config, ids, steps),
  };
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
