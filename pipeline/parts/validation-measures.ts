import type { Engine } from '../../operators/engine/interface/engine.ts';
import { evaluateVectors } from '../../operators/evaluation/evaluation.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { type CrossEntropySpec, isByImage, type LossSpec } from '../../operators/loss/loss-spec.ts';
import {
  type ValidationMetricName,
  validationMetricNames,
} from '../../outputs/run/validation-columns.ts';
import { classifierScores } from './classifier-scores.ts';
import { contrastMetrics } from './contrast-metrics.ts';
import type { EncodedSet } from './encoded-set.ts';

/** Numbers of neighbours that vote, where there are so many. */
const ks: readonly number[] = [1, 5];

/** Temperature of the losses of a classifier's vectors, which it was not trained with one. */
const usualTemperature = 0.1;

/** How a validation measures. */
export interface MeasureOptions {
  readonly engine: Pick<Engine, 'createLoss'>;
  readonly loss: LossSpec | CrossEntropySpec;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Measures of a validation. */
export type ValidationMeasures = Readonly<Record<ValidationMetricName, number>>;

/** Outputs of a network that its validation measures. */
export function measuredLayers(loss: MeasureOptions['loss']): readonly EmbeddingLayer[] {
  // The logits of a classifier are in the place of its projection.
  return loss.name === 'cross-entropy' ? ['embedding', 'projection'] : ['projection'];
}

/**
 * Measures held-out vectors against those of training images, as `evaluate` does; NaN is what cannot be measured.
 *
 * On the layer that the loss sees, `embedding` of a classifier, whose `loss` and `accuracy` are those of its logits.
 *
 * @throws {PipelineError} What `evaluateVectors` and `contrastMetrics` throw.
 */
export async function validationMeasures(
  { support, query }: Readonly<Record<'support' | 'query', EncodedSet>>,
  options: MeasureOptions,
): Promise<ValidationMeasures> {
  const { engine, loss, seed, signal } = options;
  const layer: EmbeddingLayer = loss.name === 'cross-entropy' ? 'embedding' : 'projection';
  const [train, test] = [support.on(layer), query.on(layer)];
  const known = support.labels.reduce((sum, label) => sum + (label < 0 ? 0 : 1), 0);
  const usable = ks.filter((k) => k <= known);
  const measured: EvaluationRow[] = [];
  if (usable.length > 0 && test.count > 0) {
    const how = { layer, ks: usable, bootstrap: null, rankings: 0, clusters: false, seed, signal };
    measured.push(...(await evaluateVectors({ train, test }, how)).rows);
  }
  const pairs = await contrastMetrics(engine, test, {
    layer,
    temperature: 'temperature' in loss ? loss.temperature : usualTemperature,
    loss: lossOfSet(loss),
    seed,
    signal,
    onProgress: () => {},
  });
  const ofRun =
    loss.name === 'cross-entropy'
      ? classifierScores(query.head(), labelsIn(support.classes, query))
      : { loss: isByImage(loss) ? Number.NaN : pairs.loss, accuracy: Number.NaN };
  return { ...namedMeasures([...measured, ...pairs.rows]), ...ofRun };
}

/** The loss of one vector an image: views of one image are no positives there. */
function lossOfSet(loss: LossSpec | CrossEntropySpec): LossSpec | undefined {
  if (loss.name === 'cross-entropy' || isByImage(loss)) return undefined;
  // Every image is the first view of itself.
  return { ...loss, anchors: 'all' };
}

/** Labels as positions in the classes of a network; -1 of others. */
function labelsIn(classes: readonly string[], { labels, classes: own }: EncodedSet): Int32Array {
  const places = own.map((name) => classes.indexOf(name));
  return labels.map((label) => places[label] ?? -1);
}

function namedMeasures(rows: readonly EvaluationRow[]): ValidationMeasures {
  const overall = rows.filter((row) => row.class === null);
  const values = validationMetricNames.map((name) => {
    const value = overall.find(({ metric }) => metric === name)?.value ?? Number.NaN;
    return [name, value] as const;
  });
  // Every name of the list.
  return Object.fromEntries(values) as ValidationMeasures;
}
