import { openWorkPool } from '../../threads/work-pool.ts';
import { sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';
import { sharedRows } from '../vectors/shared-rows.ts';
import { tileRows } from '../vectors/tile-products.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { LinearProbe } from './linear-probe.ts';
import { packParameters } from './probe-parameters.ts';
import { scoresWork, type ScoresRequest } from './scores-work.ts';
import { labelsAmong } from './training-classes.ts';

/** Options of the scoring of images. */
export interface ProbeScoresOptions {
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores */
  readonly threads?: number | undefined;
  /** Progress callback: images scored so far. */
  readonly onProgress?: ((images: number) => void) | undefined;
  /** Aborts the scoring at once. */
  readonly signal?: AbortSignal | undefined;
}

/** One entry for each image of a set, in its order. */
export interface ProbeScores {
  /** Class names of the probe. */
  readonly classes: readonly string[];
  /** `[count]` int32 class of the image, joined by name; -1 when unknown or the probe does not know it. */
  readonly labels: Int32Array;
  /** `[count]` int32 predicted class (argmax); ties: the lowest class. */
  readonly predicted: Int32Array;
  /**
   * `[count]` int32 place of the image's own class among all, 0 when it is predicted; of equal logits the lowest
   * class comes first. -1 where `labels` is.
   */
  readonly ranks: Int32Array;
  /** `[count]` float64 cross entropy of the image's own class in nats. NaN where `labels` is -1. */
  readonly logLoss: Float64Array;
}

/** Bytes of rows held at once: each row is needed once. */
const memoryBytes = 2 ** 26;

/**
 * Predictions of a linear probe: scores every image of a set once, in order.
 *
 * Images of a class that the probe does not know are predicted, but have no rank; whether they count as wrong is
 * for the caller to say.
 *
 * @throws {RangeError} When rows have another length than those of the probe.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite, naming the image; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @example
 * ```ts
 * async function accuracy(train: VectorSet, test: VectorSet): Promise<number> {
 *   const probe = await trainProbe(train, { solver: 'l2' });
 *   const { labels, predicted } = await probeScores(probe, test);
 *   return predicted.filter((label, image) => label === labels[image]).length / test.count;
 * }
 * ```
 */
export async function probeScores(
  probe: LinearProbe,
  set: VectorSet,
  { threads, onProgress, signal }: ProbeScoresOptions = {},
): Promise<ProbeScores> {
  const { classes, dim } = probe;
  if (set.dim !== dim) {
    throw new RangeError(
      `Expected rows of \`${set.name}\` to have length ${dim} like those of the probe, got \`${set.dim}\``,
    );
  }
  signal?.throwIfAborted();
  const labels = labelsAmong(classes, set);
  const packed = packParameters(probe, classes, dim);
  const parameters = sharedFloat64(packed.length);
  parameters.set(packed);
  const shared = {
    size: { classes: classes.length, dim },
    parameters,
    predicted: sharedInt32(set.count),
    ranks: sharedInt32(set.count),
    logLoss: sharedFloat64(set.count),
  };
  const pool = openWorkPool<ScoresRequest, void>({
    module: new URL('scores-worker.ts', import.meta.url),
    work: scoresWork,
    maxWorkers: Math.max(1, Math.ceil(set.count / tileRows)),
    threads,
    signal,
  });
  try {
    const rows = sharedRows(set, { labels, memoryBytes, multiple: tileRows });
    for await (const chunk of rows.chunks()) {
      const workers = pool.size;
      await pool.request((worker) => ({ ...shared, chunk, worker, workers, lanes: workers }));
      onProgress?.(chunk.first + chunk.count);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
  const { predicted, ranks, logLoss } = shared;
  return { classes, labels, predicted, ranks, logLoss };
}

/**
 * Top-k accuracy: share of the images with a rank whose own class is among the first `k`; null when there is none, or
 * when there are so few classes that it would always be.
 */
export function topAccuracy({ classes, ranks }: ProbeScores, k: number): number | null {
  const ranked = ranks.filter((rank) => rank >= 0);
  if (ranked.length === 0 || k >= classes.length) return null;
  return ranked.filter((rank) => rank < k).length / ranked.length;
}
