import { ignoreElements, lastValueFrom } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { loadInputs } from '../../operators/stages/load-inputs.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import type { BatchPlan, Dataset, PlannedSample } from '../../operators/types.ts';
import type { LoadingOptions } from '../options/loading-options.ts';
import type { Resolved } from '../options/verb.ts';
import { identifiedSource } from './readable-images.ts';

/** Inputs of an encoder for some of the images. */
export interface DrawnInputs {
  readonly samples: readonly PlannedSample[];
  /** `[samples, …]` as `loadInputs` makes them. */
  readonly pixels: Float32Array;
}

/** Images to prepare, and how. */
export interface DrawnImages {
  readonly data: Dataset;
  readonly preprocessing: Preprocessing;
  readonly loading: Resolved<LoadingOptions>;
  /** Images that are prepared together. */
  readonly batchSize: number;
  readonly scope: Pick<RunScope, 'signal' | 'draining'>;
}

/**
 * Prepares the images at some positions, batch after batch, and hands each batch to `work`; nothing else computes
 * meanwhile. Unreadable ones are passed over: the export tells them.
 */
export async function forDrawnInputs(
  { data, preprocessing, loading, batchSize, scope }: DrawnImages,
  positions: Uint32Array,
  work: (inputs: DrawnInputs) => Promise<void>,
): Promise<void> {
  const { signal, draining } = scope;
  const bad = quarantine({ count: data.count, maxInvalid: 1 });
  const source = identifiedSource(data, preprocessing, loading);
  const workers = await openImageWorkers();
  const plans = plansOf(data, positions, batchSize);
  try {
    const worked$ = withDemand(plans, { window: 1, signal, draining }, (plan$) =>
      plan$.pipe(
        loadInputs(workers, {
          source,
          preprocessing,
          bad: { replacement: skipBad, quarantine: bad },
        }),
        mapInTurn(async ({ samples, pixels }) => {
          if (samples.length > 0) await work({ samples, pixels });
        }),
      ),
    );
    await lastValueFrom(worked$.pipe(ignoreElements()), { defaultValue: undefined });
    if (draining.aborted) throw stopped();
  } finally {
    await workers.close();
  }
}

/** Some of the images would give other scales. */
function stopped(): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    'Stopped during the trial of int8, before anything was written. Run it again.',
  );
}

async function* plansOf(
  data: Dataset,
  positions: Uint32Array,
  batchSize: number,
): AsyncGenerator<BatchPlan, void, undefined> {
  for (let first = 0; first < positions.length; first += batchSize) {
    const samples = Array.from(positions.subarray(first, first + batchSize), (position) => ({
      ...data.sample(position),
      position,
      draw: 0,
    }));
    yield { seq: first / batchSize, epoch: 0, samples };
  }
}
