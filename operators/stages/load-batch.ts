import type { ImageLoader } from '../loading/image-loader.ts';
import type { LoadedRow, RowToLoad } from '../loading/loaded-rows.ts';
import type { LoadPool } from '../loading/load-pool.ts';
import type { BatchPlan, PlannedSample } from '../types.ts';
import type { Replacement } from './on-bad-sample.ts';
import type { Quarantine } from './quarantine.ts';

/** Treatment of images that cannot be used, as in `onBadSample`. */
export interface BadImages {
  readonly replacement: Replacement;
  /** Borrowed; shared by all samples of a run. */
  readonly quarantine: Quarantine;
}

/** Images of one plan, made into rows. */
export interface LoadedBatch {
  /** Those that could be used, in plan order. */
  readonly samples: readonly PlannedSample[];
  /** Their rows, one after the other. */
  readonly pixels: Float32Array;
}

/** A place of a plan, and the image that is tried for it. */
interface Place extends RowToLoad {
  readonly planned: PlannedSample;
  readonly attempt: number;
}

/**
 * Loads all images of a plan into one batch, and others in the place of bad ones.
 *
 * @param length Values of a row.
 */
export function batchLoader(
  pool: LoadPool,
  loader: ImageLoader,
  length: number,
  bad: BadImages,
): (plan: BatchPlan, signal: AbortSignal) => Promise<LoadedBatch> {
  return async (plan, signal) => {
    const pixels = pool.memory.take(plan.samples.length * length);
    try {
      const samples = await loadRows(plan, bad, async (places) =>
        loader.load(places, pixels, { signal, urgent: places[0]!.attempt > 0 }),
      );
      // Nobody is there any more to take it, or to give it back.
      signal.throwIfAborted();
      const batch = closedUp(samples, pixels, length);
      loader.delivered(batch.pixels);
      return batch;
    } catch (error) {
      pool.memory.giveBack(pixels);
      throw error;
    }
  };
}

/** @returns The sample of each row; undefined where there is none. */
async function loadRows(
  plan: BatchPlan,
  bad: BadImages,
  load: (places: readonly Place[]) => Promise<readonly LoadedRow<Place>[]>,
): Promise<readonly (PlannedSample | undefined)[]> {
  const samples: (PlannedSample | undefined)[] = plan.samples.map(() => undefined);
  let places = plan.samples.flatMap((sample, row) =>
    usable({ sample, row, planned: sample, attempt: 0 }, bad),
  );
  while (places.length > 0) {
    for (const { sample } of places) bad.quarantine.tried(sample);
    const loaded = await load(places);
    for (const row of loaded) take(row, samples, bad);
    places = failedInOrder(loaded).flatMap(({ planned, error }) => {
      bad.quarantine.add(planned.sample, error);
      return usable(next(planned, bad), bad);
    });
  }
  return samples;
}

/** Notes an image whose row is made. */
function take(
  { planned: { sample, row }, error, content, repaired }: LoadedRow<Place>,
  samples: (PlannedSample | undefined)[],
  { quarantine }: BadImages,
): void {
  if (error !== undefined) return;
  samples[row] = content === undefined ? sample : { ...sample, content };
  if (repaired !== undefined) quarantine.addRepaired(sample, repaired);
}

/** In the order of the plan, so that a run that is given up always names the same image. */
function failedInOrder(loaded: readonly LoadedRow<Place>[]) {
  return loaded
    .flatMap(({ planned, error }) => (error === undefined ? [] : [{ planned, error }]))
    .toSorted((a, b) => a.planned.row - b.planned.row);
}

function next({ planned, row, attempt }: Place, { replacement }: BadImages): Place | undefined {
  const sample = replacement(planned, attempt);
  return sample === undefined ? undefined : { planned, row, attempt: attempt + 1, sample };
}

/** The first image for a place that is not known to be bad; none when the place stays empty. */
function usable(place: Place | undefined, bad: BadImages): Place[] {
  let candidate = place;
  while (candidate !== undefined && bad.quarantine.has(candidate.sample)) {
    candidate = next(candidate, bad);
  }
  return candidate === undefined ? [] : [candidate];
}

/** Moves rows up to where others are missing. */
function closedUp(
  samples: readonly (PlannedSample | undefined)[],
  pixels: Float32Array,
  length: number,
): LoadedBatch {
  const made = samples.filter((sample) => sample !== undefined);
  if (made.length === samples.length) return { samples: made, pixels };
  let to = 0;
  for (const [row, sample] of samples.entries()) {
    if (sample === undefined) continue;
    if (to !== row) pixels.copyWithin(to * length, row * length, (row + 1) * length);
    to += 1;
  }
  return { samples: made, pixels: pixels.subarray(0, to * length) };
}
