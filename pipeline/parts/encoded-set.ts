import { lastValueFrom, toArray } from 'rxjs';
import type { EncoderSession } from '../../operators/engine/interface/engine.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { vectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { planInOrder } from '../../operators/batches/plan-in-order.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import type { ImageWorkers } from '../../operators/loading/image-workers.ts';
import { encode } from '../../operators/stages/encode.ts';
import { loadInputs } from '../../operators/stages/load-inputs.ts';
import type { LoadSource } from '../../operators/stages/load-source.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { type Quarantine, quarantine } from '../../operators/stages/quarantine.ts';
import type { Dataset, EmbeddingBatch } from '../../operators/types.ts';
import { joinedRows } from './joined-rows.ts';

/** Images to encode into memory, and with what. */
export interface EncodedSetOptions {
  readonly workers: ImageWorkers;
  readonly session: EncoderSession;
  readonly source: LoadSource;
  readonly preprocessing: Preprocessing;
  /** Images that cannot be read, kept from one encoder to the next. */
  readonly bad: Quarantine;
  readonly signal: AbortSignal;
}

/** Vectors of a set of images on every layer that an encoder gives, as `embed` would export them. */
export interface EncodedSet {
  readonly on: (layer: EmbeddingLayer) => VectorSet;
  /** Names of the classes that labels are positions in. */
  readonly classes: readonly string[];
  /** `[count]` int32 class of each row, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count, outputs]` rows of the head, such as the logits of a classifier, which are no layer. */
  readonly head: () => Float32Array;
}

/** Batches between reading and encoding. */
const window = 2;

/**
 * Encodes a set of images into memory by the stages of `embed`: one row for each image that can be used, in order.
 *
 * @throws {PipelineError} What the stages throw; the reason of `signal`.
 */
export async function encodedSet(
  data: Dataset,
  { workers, session, source, preprocessing, bad, signal }: EncodedSetOptions,
): Promise<EncodedSet> {
  // A network that has collapsed gives vectors without a direction: a finding, and no fault of the images.
  const unusable = quarantine({ count: data.count, maxInvalid: 1 });
  const plans = planInOrder(data, { batchSize: session.rows });
  const batches = await lastValueFrom(
    withDemand(plans, { window, signal }, (plan$) =>
      plan$.pipe(
        loadInputs(workers, {
          source,
          preprocessing,
          bad: { replacement: skipBad, quarantine: bad },
        }),
        encode(session, { recycle: (pixels) => workers.recycle(pixels), quarantine: unusable }),
      ),
    ).pipe(toArray()),
    { defaultValue: [] },
  );
  const { embeddingSize: embedding, projectionSize: projection } = session;
  return setOf(data, batches, { embedding, projection });
}

function setOf(
  { name, classes }: Dataset,
  batches: readonly EmbeddingBatch[],
  sizes: Readonly<Record<EmbeddingLayer, number>>,
): EncodedSet {
  const samples = batches.flatMap((batch) => batch.samples);
  const ids = samples.map(({ id }) => id);
  const labels = Int32Array.from(samples, ({ label }) => label ?? -1);
  const rows = (layer: EmbeddingLayer): Float32Array =>
    joinedRows(batches.map((batch) => batch[layer]));
  return {
    classes,
    labels,
    head: () => rows('projection'),
    on: (layer) =>
      vectorsInMemory({ name, classes, ids, labels, dim: sizes[layer], rows: rows(layer) }),
  };
}
