import type { Tensor } from 'onnxruntime-node';
import type { PixelType } from '../interface/engine.ts';
import type { Runtime } from '../../onnx/runtime.ts';
import { fromFloat16, toFloat16 } from './float16.ts';

/** Element types of images that a model may take. */
export const pixelTypes: readonly PixelType[] = ['float32', 'float16', 'float64', 'uint8'];

/** Element types of vectors that a model may give. */
export const vectorTypes = ['float32', 'float16', 'float64'] as const;

/**
 * Pixels as an input of a type: float16 rounds to nearest; uint8 takes whole numbers of 0 to 255, and what is none is
 * rounded and clamped to one.
 */
export function pixelTensor(
  { Tensor }: Runtime,
  type: PixelType,
  pixels: Float32Array,
  dims: readonly number[],
): Tensor {
  if (type === 'float16') return new Tensor(type, toFloat16(pixels), dims);
  if (type === 'float64') return new Tensor(type, Float64Array.from(pixels), dims);
  // Rounds and clamps; a plain array of bytes would wrap around.
  if (type === 'uint8')
    return new Tensor(type, Uint8Array.from(Uint8ClampedArray.from(pixels)), dims);
  return new Tensor(type, pixels, dims);
}

/** Numbers of an output of one of `vectorTypes`; those of float64 are rounded to float32. */
export function numbersOf({ type, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  if (type === 'float16' && ArrayBuffer.isView(data)) {
    // As `Uint16Array`, or as `Float16Array` where JavaScript has it.
    return fromFloat16(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
  }
  throw new TypeError(`Expected an output of ${vectorTypes.join(', ')}, got ${type}`);
}
