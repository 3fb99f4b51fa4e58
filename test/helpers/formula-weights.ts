import { weightShapes } from '../../operators/model/weight-shapes.ts';
import type { NamedTensor, Weights } from '../../operators/types.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';

/** `count` numbers from 0 to 1: the formula of `test/fixtures/torchvision/make.py`. */
export function formulaNumbers(count: number, stream: number): Float64Array {
  const start = Math.imul(stream, 0x9e3779b9);
  const numbers = new Float64Array(count);
  for (let at = 0; at < count; at += 1) {
    let h = at + start;
    for (let round = 0; round < 2; round += 1) h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
    numbers[at] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return numbers;
}

/** Weights that PyTorch computes from the same formula; the head's follow it too. */
export function formulaWeights(spec: EncoderSpec): Weights {
  const weights = new Map<string, NamedTensor>();
  let stream = 0;
  for (const [name, { shape }] of weightShapes(spec)) {
    stream += 1;
    const numbers = formulaNumbers(
      shape.reduce((product, size) => product * size, 1),
      stream,
    );
    const isFilter = shape.length === 4;
    const bound = isFilter ? Math.sqrt(6 / (shape[0]! * shape[2]! * shape[3]!)) : 0.2;
    const isPositive = !isFilter && (name.endsWith('running_var') || name.endsWith('.weight'));
    const data = new Float32Array(numbers.length);
    for (let at = 0; at < data.length; at += 1) {
      const u = numbers[at]!;
      data[at] = isPositive ? 0.5 + u : (2 * u - 1) * bound;
    }
    weights.set(name, { shape, data });
  }
  return weights;
}
