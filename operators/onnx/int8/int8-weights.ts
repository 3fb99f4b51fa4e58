import type { OnnxConstant } from '../graph/onnx-model.ts';

/** Filter of a convolution in 8 bits, symmetric, with a scale for each output channel. */
export interface Int8Filter {
  readonly values: Int8Array;
  /** `[outputs]` */
  readonly scales: Float32Array;
  /** `[outputs]`, in steps of `inputScale · scales[output]`. */
  readonly bias: Int32Array;
}

/** Largest magnitude of a weight; −128 stays unused, so that the range is symmetric. */
const most = 127;
const largestInt32 = 2 ** 31 - 1;

/** Symmetric per-channel quantisation of a filter, `[outputs, …]`, and its bias. */
export function int8Filter(
  filter: OnnxConstant,
  bias: OnnxConstant | undefined,
  inputScale: number,
): Int8Filter {
  const weights = float32(filter);
  const outputs = filter.dims[0]!;
  const offsets = bias === undefined ? new Float32Array(outputs) : float32(bias);
  const size = weights.length / outputs;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(outputs);
  const steps = new Int32Array(outputs);
  for (let output = 0; output < outputs; output += 1) {
    const channel = weights.subarray(output * size, (output + 1) * size);
    const largest = channel.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0);
    // A channel of zeros has a scale as well: its bias is counted in it.
    scales[output] = largest === 0 ? 1 : largest / most;
    const scale = scales[output]!;
    for (let at = 0; at < size; at += 1)
      values[output * size + at] = Math.round(channel[at]! / scale);
    const step = Math.round(offsets[output]! / (inputScale * scale));
    steps[output] = Math.max(-largestInt32, Math.min(largestInt32, step));
  }
  return { values, scales, bias: steps };
}

/** A copy, because the bytes of a constant may start anywhere in their buffer. */
function float32({ bytes }: OnnxConstant): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
