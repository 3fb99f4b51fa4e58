import type { NeuralCollapse } from '../class-means/neural-collapse.ts';
import type { EmbeddingLayer } from '../vectors/unit-vectors.ts';
import type { EvaluatedProbe } from './evaluated-probe.ts';
import type { EvaluationRow } from './evaluation-rows.ts';

/** Gauges of neural collapse; `n` counts the training images, 0 without a value. NC3 only where a probe has it. */
export function collapseRows(
  collapse: NeuralCollapse,
  layer: EmbeddingLayer,
  probes: {
    readonly found: readonly EvaluatedProbe[];
    readonly layer: EmbeddingLayer;
  },
): EvaluationRow[] {
  const { images, variability, traceRatio, equinorm, equiangularity } = collapse;
  const row = (
    metric: string,
    value: number | null,
    { n = images, of = layer }: { readonly n?: number; readonly of?: EmbeddingLayer } = {},
  ): EvaluationRow => ({
    metric,
    class: null,
    layer: of,
    value,
    ciLow: null,
    ciHigh: null,
    n: value === null ? 0 : n,
  });
  const dual = probes.found.flatMap(({ selfDuality }) => selfDuality ?? []);
  return [
    row('nc1_variability', variability),
    row('nc1_trace_ratio', traceRatio),
    row('nc2_equinorm', equinorm),
    row('nc2_equiangularity', equiangularity),
    ...dual.map(({ value, images: n }) => row('nc3_self_duality', value, { n, of: probes.layer })),
  ];
}
