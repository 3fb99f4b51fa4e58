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
import type { Dataset } from '../../operators/types.ts';
import { encodedRows, type EncodedRowsOfSet } from './encoded-rows.ts';

/** Rows of a block, as readers of a set take them: each makes memory of a block its own. */
const blockRows = 1024;

/** Images to encode into memory, and with what. */
export interface EncodedSetOptions {
  readonly workers: ImageWorkers;
  readonly session: EncoderSession;
  readonly source: LoadSource;
  readonly preprocessing: Preprocessing;
  /** Images that cannot be read, kept from one encoder to the next. */
  readonly bad: Quarantine;
  /** Outputs to keep. */
  readonly layers: readonly EmbeddingLayer[];
  readonly signal: AbortSignal;
}

/** Vectors of a set of images on the layers that were kept, as `embed` would export them. */
export interface EncodedSet {
  readonly on: (layer: EmbeddingLayer) => VectorSet;
  /** Names of the classes that labels are positions in. */
  readonly classes: readonly string[];
  /** `[count]` int32 class of each row, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count, outputs]` rows of the head, such as the logits of a classifier, which are no layer. */
  readonly head: () => Float32Array;
}

/**
 * Encodes a set of images into memory by the stages of `embed`: one row for each image that can be used, in order.
 *
 * Memory: the rows of `layers` and what is on its way, at most 32 MiB of pixels unless two batches are more.
 *
 * @throws {PipelineError} What the stages throw; the reason of `signal`.
 */
export async function encodedSet(
  data: Dataset,
  { workers, session, source, preprocessing, bad, layers, signal }: EncodedSetOptions,
): Promise<EncodedSet> {
  // A network that has collapsed gives vectors without a direction: a finding, and no fault of the images.
  const unusable = quarantine({ count: data.count, maxInvalid: 1 });
  const plans = planInOrder(data, { batchSize: session.rows });
  const found = encodedRows(data.count, layers);
  const batch$ = withDemand(plans, { window: windowOf(session), signal }, (plan$) =>
    plan$.pipe(
      loadInputs(workers, {
        source,
        preprocessing,
        bad: { replacement: skipBad, quarantine: bad },
      }),
      encode(session, { recycle: (pixels) => workers.recycle(pixels), quarantine: unusable }),
    ),
  );
  await batch$.forEach((batch) => found.add(batch));
  const { embeddingSize: embedding, projectionSize: projection } = session;
  return setOf(data, found, { embedding, projection });
}

/** Images of the batches on their way: a session that has others to serve takes all that wait in its turn. */
const imagesOnTheirWay = 512;

/** Numbers of their pixels, at most. */
const pixelsOnTheirWay = 2 ** 23;

/** Batches between reading and encoding, 2 or more. */
function windowOf({ rows, imageSize }: EncoderSession): number {
  const images = Math.min(imagesOnTheirWay, pixelsOnTheirWay / (3 * imageSize ** 2));
  return Math.max(2, Math.floor(images / rows));
}

function setOf(
  { name, classes }: Dataset,
  { ids, labels, rowsOf }: EncodedRowsOfSet,
  sizes: Readonly<Record<EmbeddingLayer, number>>,
): EncodedSet {
  const known = Int32Array.from(labels);
  return {
    classes,
    labels: known,
    head: () => rowsOf('projection'),
    on(layer) {
      const set = { name, classes, ids, labels: known, dim: sizes[layer], rows: rowsOf(layer) };
      return vectorsInMemory(set, blockRows);
    },
  };
}
