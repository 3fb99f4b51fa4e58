import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  nchwcImageOrder,
  type Recorded,
  sameShape,
  storedSizes,
  type Traced,
} from '../graph/traced.ts';
import { nchwcImage, reshaped, withSum } from './nchwc-images.ts';

/**
 * Polyphase components of an NCHWc image, from which depth to space interleaves it: `phases[r][c]`
 * holds the pixels whose row and column have the remainders r and c by the number of phases along
 * that side. Undefined where all of them are 0.
 *
 * Phases have equal sizes, so that at an end that is no multiple they may hold pixels that the
 * image does not have.
 */
export type ImagePhases = readonly (readonly (Recorded | undefined)[])[];

/** Phases of interleaved images, by the names of these. */
const phasesOf = new WeakMap<GraphBuilder, Map<string, ImagePhases>>();

/**
 * Depth to space: the image of this tfjs shape, `[batch, height, width, channels]`, of which these
 * are the phases.
 */
export function interleavedImage(
  graph: GraphBuilder,
  phases: ImagePhases,
  shape: readonly number[],
  block: number,
): Recorded {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const [rows, columns] = [phases.length, phases[0]!.length];
  const [phaseHeight, phaseWidth] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  const planes = (batch * channels) / block;
  const phase = [batch, channels, phaseHeight, phaseWidth];

  const interleavedRows = phases.map((row) => {
    const pictures = row.map((image) =>
      image === undefined ? zeros(graph, phase) : nchwcImage(graph, image, block),
    );
    return interleaved(graph, pictures, planes * phaseHeight * phaseWidth, block);
  });
  const whole = interleaved(
    graph,
    interleavedRows,
    planes * phaseHeight,
    phaseWidth * columns * block,
  );
  const order = nchwcImageOrder;
  const dims = storedSizes(shape, order, block);
  const size = [batch, channels / block, phaseHeight * rows, phaseWidth * columns, block];
  const name = sameShape(size, dims)
    ? reshaped(graph, whole, dims)
    : cropped(graph, reshaped(graph, whole, size), height, width);
  phasesIn(graph).set(name, phases);
  return { kind: 'recorded', name, shape, dtype: 'float32', order, dims, block };
}

/**
 * Sum `x + y` of images with as many phases each, phase by phase and interleaved once; a phase's
 * sum is fused into the convolution behind it where there is one. Undefined where the images are
 * not interleaved so.
 */
export function interleavedSum(graph: GraphBuilder, x: Traced, y: Traced): Recorded | undefined {
  if (x.kind !== 'recorded' || y.kind !== 'recorded' || !sameShape(x.shape, y.shape)) {
    return undefined;
  }
  const [ofX, ofY] = [phasesIn(graph).get(x.name), phasesIn(graph).get(y.name)];
  if (ofX === undefined || ofY === undefined) return undefined;
  if (ofX.length !== ofY.length || ofX[0]!.length !== ofY[0]!.length) return undefined;
  const sums = ofX.map((row, r) =>
    row.map((phase, c) => {
      const other = ofY[r]![c];
      if (phase === undefined || other === undefined) return phase ?? other;
      return (
        withSum(graph, phase, other) ?? {
          ...phase,
          name: graph.node('Add', [phase.name, other.name]),
        }
      );
    }),
  );
  return interleavedImage(graph, sums, x.shape, x.block!);
}

function phasesIn(graph: GraphBuilder): Map<string, ImagePhases> {
  const map = phasesOf.get(graph) ?? new Map<string, ImagePhases>();
  phasesOf.set(graph, map);
  return map;
}

/** Interleaves values, so many elements of each in turn: `[before, values, after]`. */
function interleaved(
  graph: GraphBuilder,
  values: readonly string[],
  before: number,
  after: number,
): string {
  if (values.length === 1) return values[0]!;
  const slices = values.map((value) => reshaped(graph, value, [before, 1, after]));
  return graph.node('Concat', slices, { axis: { int: 1 } });
}

function cropped(graph: GraphBuilder, name: string, height: number, width: number): string {
  const [starts, ends, axes] = [
    [0, 0],
    [height, width],
    [2, 3],
  ].map((values) => graph.integers(values));
  return graph.node('Slice', [name, starts!, ends!, axes!]);
}

function zeros(graph: GraphBuilder, dims: readonly number[]): string {
  return graph.node('Expand', [graph.constant(Float32Array.of(0), [1]), graph.integers(dims)]);
}
