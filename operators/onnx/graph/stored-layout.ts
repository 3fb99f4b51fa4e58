import type { LoweringTarget } from './lowering-target.ts';
import { rowMajor, storedSizes } from './traced.ts';

/** Memory layout of a tensor at a port of a model (`Recorded`). */
export interface StoredLayout {
  /** Axis permutation: the axis of the shape that each stored axis is, or is a part of. */
  readonly order: readonly number[];
  /** Elements of a block, where an axis is stored in two parts. */
  readonly block?: number | undefined;
}

/**
 * Layout of a target's parameters from step to step: filters, `[outputs, inputs, height, width]`,
 * as its convolutions read them, everything else in row-major order.
 *
 * In NCHWc that is `[outputs / b, inputs / b, height, width, b inputs, b outputs]`; with fewer
 * inputs than a block holds, they stay together. In TensorFlow it is `[height, width, inputs, outputs]`.
 */
export function parameterLayout(target: LoweringTarget, shape: readonly number[]): StoredLayout {
  const [outputs, inputs] = shape;
  if (target.kind === 'tensorflow' && shape.length === 4) return { order: [2, 3, 1, 0] };
  if (target.kind === 'nchwc' && shape.length === 4 && outputs! % target.size === 0) {
    const block = target.size;
    if (inputs! % block === 0) return { order: [0, 1, 2, 3, 1, 0], block };
    if (inputs! < block) return { order: [0, 1, 2, 3, 0], block };
  }
  return rowMajorLayout(shape);
}

export function rowMajorLayout(shape: readonly number[]): StoredLayout {
  return { order: rowMajor(shape.length) };
}

/** Sizes as stored. */
export function portSizes(shape: readonly number[], layout: StoredLayout): readonly number[] {
  return storedSizes(shape, layout.order, layout.block);
}

/** Packs row-major elements into a layout; the same array where that is row-major. */
export function stored(
  data: Float32Array,
  shape: readonly number[],
  layout: StoredLayout,
): Float32Array {
  if (isRowMajor(layout)) return data;
  const result = new Float32Array(data.length);
  forEachStored(shape, layout, (at, from) => {
    result[at] = data[from]!;
  });
  return result;
}

/** Unpacks elements of a layout into row-major order; the same array where they are. */
export function unstored(
  data: Float32Array,
  shape: readonly number[],
  layout: StoredLayout,
): Float32Array {
  if (isRowMajor(layout)) return data;
  const result = new Float32Array(data.length);
  forEachStored(shape, layout, (at, from) => {
    result[from] = data[at]!;
  });
  return result;
}

function isRowMajor({ order }: StoredLayout): boolean {
  return order.every((axis, at) => axis === at);
}

/** Calls back with the offset of each element as stored, and in row-major order. */
function forEachStored(
  shape: readonly number[],
  layout: StoredLayout,
  visit: (storedAt: number, rowMajorAt: number) => void,
): void {
  const { order, block = 1 } = layout;
  const sizes = portSizes(shape, layout);
  const strides = order.map((axis, at) => {
    const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    return order.lastIndexOf(axis) === at ? stride : stride * block;
  });
  let next = 0;
  const walk = (at: number, from: number): void => {
    const [size, stride] = [sizes[at]!, strides[at]!];
    const isLast = at === sizes.length - 1;
    for (let index = 0; index < size; index += 1) {
      if (isLast) {
        visit(next, from + index * stride);
        next += 1;
      } else walk(at + 1, from + index * stride);
    }
  };
  walk(0, 0);
}
