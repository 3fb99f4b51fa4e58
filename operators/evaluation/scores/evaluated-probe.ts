import { selfDuality } from '../class-means/self-duality.ts';
import { probeScores } from '../probe/probe-scores.ts';
import { selectStrength } from '../probe/select-strength.ts';
import { type SgdProbeOptions, trainSgdProbe } from '../probe/sgd-probe.ts';
import { trainL2Probe } from '../probe/l2-probe.ts';
import type { ProbeOptions } from '../probe/linear-probe.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { metricColumns } from './metric-columns.ts';
import type { Predictions } from './neighbour-table.ts';

/** A probe to be trained and scored. */
export type ProbeSpec =
  | {
      readonly solver: 'l2';
      /** Inverse strength C; null chooses it on a tenth of the training images that is held out. */
      readonly l2: number | null;
    }
  | ({ readonly solver: 'sgd' } & Pick<
      SgdProbeOptions,
      'epochs' | 'batchSize' | 'learningRate' | 'decayAfter'
    >);

/** Predictions and scores of a probe on the test images. */
export interface EvaluatedProbe extends Predictions {
  /** `probe_l2` or `probe_sgd`. */
  readonly source: string;
  /** As `ImageScores` has them: `…_top1`, `…_top5` with more than five classes, `…_log_loss` in nats. */
  readonly means: ReadonlyMap<string, Float64Array>;
  /** Self-duality with the class means of its training images, of which there are so many; null for `sgd`. */
  readonly selfDuality: { readonly value: number | null; readonly images: number } | null;
  /** Report of its training, for people. Plain JSON. */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * Trains a probe on one set and scores the images of another, each once.
 *
 * Top-k is 0 for an image whose class the probe does not know; its log loss does not exist.
 *
 * @param scored Positions of the test images that count.
 * @param options `classes` is the numbering of `predicted`.
 * @throws What training and scoring throw.
 */
export async function evaluatedProbe(
  { train, test }: { readonly train: VectorSet; readonly test: VectorSet },
  spec: ProbeSpec,
  options: Pick<ProbeOptions, 'threads' | 'signal' | 'onProgress'> & {
    readonly classes: readonly string[];
    readonly scored: Int32Array;
    readonly seed: number;
  },
): Promise<EvaluatedProbe> {
  const { classes, scored, seed, ...rest } = options;
  const { probe, about } = await trained(train, spec, { seed, ...rest });
  const { threads, signal } = rest;
  const scores = await probeScores(probe, test, { threads, signal });
  const places = new Map(classes.map((name, place) => [name, place]));
  const place = probe.classes.map((name) => places.get(name)!);
  return {
    source: `probe_${spec.solver}`,
    predicted: scores.predicted.map((label) => place[label]!),
    means: new Map(metricColumns('probe', { ...scores, scored }, spec.solver)),
    selfDuality:
      spec.solver === 'l2'
        ? { value: await selfDuality(probe, train, { signal }), images: probe.images }
        : null,
    about,
  };
}

async function trained(
  train: VectorSet,
  spec: ProbeSpec,
  { seed, ...options }: Pick<ProbeOptions, 'threads' | 'signal' | 'onProgress'> & { seed: number },
) {
  if (spec.solver === 'sgd') {
    const { solver, ...recipe } = spec;
    const probe = await trainSgdProbe(train, { ...recipe, ...options, seed });
    const { images, epochLosses } = probe;
    const about = { solver, images, epochs: epochLosses.length, loss: epochLosses.at(-1)! };
    return { probe, about };
  }
  const chosen = spec.l2 ?? (await selectStrength(train, { ...options, seed }));
  const l2 = typeof chosen === 'number' ? chosen : chosen.l2;
  const probe = await trainL2Probe(train, { ...options, l2, tolerance: 1e-8 });
  const { solver, images, converged, iterations, gradient } = probe;
  const trials = typeof chosen === 'number' ? null : chosen.trials;
  return { probe, about: { solver, images, l2, trials, converged, iterations, gradient } };
}
