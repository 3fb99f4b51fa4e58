import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';

/** Arrays of float64 by torchvision's names. */
export type NumberWeights = Readonly<Record<string, Float64Array>>;

/** Images or features as PyTorch keeps them: `[rows, channels, height, width]`. */
export interface Maps {
  readonly shape: readonly [number, number, number, number];
  readonly data: Float64Array;
}

/** What the reference computes for a batch. */
export interface NetworkReference {
  readonly embedding: number[][];
  /** Rows of length 1, or the logits of a classifier. */
  readonly projection: number[][];
  /** Running statistics after the batch, in training only. */
  readonly statistics: Readonly<Record<string, Float64Array>>;
}

/** Channels inside the blocks of each stage, blocks of each stage, and whether they are bottlenecks. */
const layouts: Readonly<Record<EncoderSpec['architecture'], [number[], number[], boolean]>> = {
  resnet8: [[16, 32, 64], [1, 1, 1], false],
  resnet20: [[16, 32, 64], [3, 3, 3], false],
  resnet18: [[64, 128, 256, 512], [2, 2, 2, 2], false],
  resnet34: [[64, 128, 256, 512], [3, 4, 6, 3], false],
  resnet50: [[64, 128, 256, 512], [3, 4, 6, 3], true],
  resnet101: [[64, 128, 256, 512], [3, 4, 23, 3], true],
};

/**
 * A residual network as PyTorch defines its layers, in float64, channels first, by plain loops. Written
 * against torchvision's names and layouts, and on purpose without the plan that our own network follows.
 */
export function networkReference(
  spec: EncoderSpec,
  weights: NumberWeights,
  images: Maps,
  training: boolean,
): NetworkReference {
  const statistics: Record<string, Float64Array> = {};
  const get = (name: string): Float64Array => {
    const found = weights[name];
    if (found === undefined) throw new Error(`No ${name}`);
    return found;
  };

  const convolution = (x: Maps, name: string, out: number, size: number, stride: number): Maps => {
    const [n, c, h, w] = x.shape;
    const filter = get(name);
    const pad = Math.floor(size / 2);
    const oh = Math.floor((h + 2 * pad - size) / stride) + 1;
    const ow = Math.floor((w + 2 * pad - size) / stride) + 1;
    const data = new Float64Array(n * out * oh * ow);
    let at = 0;
    for (let i = 0; i < n; i += 1)
      for (let o = 0; o < out; o += 1)
        for (let y = 0; y < oh; y += 1)
          for (let z = 0; z < ow; z += 1) {
            let sum = 0;
            for (let k = 0; k < c; k += 1)
              for (let a = 0; a < size; a += 1)
                for (let b = 0; b < size; b += 1) {
                  const row = y * stride + a - pad;
                  const column = z * stride + b - pad;
                  if (row < 0 || row >= h || column < 0 || column >= w) continue;
                  sum +=
                    x.data[((i * c + k) * h + row) * w + column]! *
                    filter[((o * c + k) * size + a) * size + b]!;
                }
            data[at] = sum;
            at += 1;
          }
    return { shape: [n, out, oh, ow], data };
  };

  const norm = (x: Maps, name: string): Maps => {
    const [n, c, h, w] = x.shape;
    const data = new Float64Array(x.data.length);
    const means = get(`${name}.running_mean`).slice();
    const variances = get(`${name}.running_var`).slice();
    for (let k = 0; k < c; k += 1) {
      const values: number[] = [];
      const places: number[] = [];
      for (let i = 0; i < n; i += 1)
        for (let p = 0; p < h * w; p += 1) {
          places.push((i * c + k) * h * w + p);
          values.push(x.data[(i * c + k) * h * w + p]!);
        }
      let mean = means[k]!;
      let variance = variances[k]!;
      if (training) {
        mean = values.reduce((sum, v) => sum + v, 0) / values.length;
        const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
        variance = squares / values.length;
        means[k] = 0.9 * means[k]! + 0.1 * mean;
        variances[k] = 0.9 * variances[k]! + (0.1 * squares) / (values.length - 1);
      }
      const scale = get(`${name}.weight`)[k]! / Math.sqrt(variance + 1e-5);
      for (const [j, place] of places.entries()) {
        data[place] = (values[j]! - mean) * scale + get(`${name}.bias`)[k]!;
      }
    }
    statistics[`${name}.running_mean`] = means;
    statistics[`${name}.running_var`] = variances;
    return { shape: x.shape, data };
  };

  const relu = (x: Maps): Maps => ({ shape: x.shape, data: x.data.map((v) => Math.max(v, 0)) });
  const plus = (x: Maps, y: Maps): Maps => ({
    shape: x.shape,
    data: x.data.map((v, at) => v + y.data[at]!),
  });
  const linear = (rows: number[][], name: string, out: number): number[][] =>
    rows.map((row) =>
      Array.from({ length: out }, (_, o) =>
        row.reduce(
          (sum, v, d) => sum + v * get(`${name}.weight`)[o * row.length + d]!,
          get(`${name}.bias`)[o]!,
        ),
      ),
    );

  const pooled = (x: Maps): Maps => {
    const [n, c, h, w] = x.shape;
    const [oh, ow] = [Math.floor((h - 1) / 2) + 1, Math.floor((w - 1) / 2) + 1];
    const data = new Float64Array(n * c * oh * ow).fill(-Infinity);
    for (let i = 0; i < n * c; i += 1)
      for (let y = 0; y < oh; y += 1)
        for (let z = 0; z < ow; z += 1)
          for (let row = Math.max(2 * y - 1, 0); row <= Math.min(2 * y + 1, h - 1); row += 1)
            for (let at = Math.max(2 * z - 1, 0); at <= Math.min(2 * z + 1, w - 1); at += 1) {
              const to = (i * oh + y) * ow + z;
              data[to] = Math.max(data[to]!, x.data[(i * h + row) * w + at]!);
            }
    return { shape: [n, c, oh, ow], data };
  };

  const [channels, depths, isBottleneck] = layouts[spec.architecture];
  let x =
    spec.stem === 'imagenet'
      ? pooled(relu(norm(convolution(images, 'conv1.weight', channels[0]!, 7, 2), 'bn1')))
      : relu(norm(convolution(images, 'conv1.weight', channels[0]!, 3, 1), 'bn1'));
  for (const [stage, inside] of channels.entries()) {
    for (let block = 0; block < depths[stage]!; block += 1) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const conv = (x: Maps, at: number, out: number, size: number, stride: number): Maps =>
        norm(convolution(x, `${name}.conv${at}.weight`, out, size, stride), `${name}.bn${at}`);
      const out = isBottleneck ? 4 * inside : inside;
      const outer = isBottleneck
        ? conv(relu(conv(relu(conv(x, 1, inside, 1, 1)), 2, inside, 3, stride)), 3, out, 1, 1)
        : conv(relu(conv(x, 1, inside, 3, stride)), 2, out, 3, 1);
      const around =
        `${name}.downsample.0.weight` in weights
          ? norm(
              convolution(x, `${name}.downsample.0.weight`, out, 1, stride),
              `${name}.downsample.1`,
            )
          : x;
      x = relu(plus(outer, around));
    }
  }
  const [n, c, h, w] = x.shape;
  const embedding = Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: c },
      (_, k) =>
        x.data.slice((i * c + k) * h * w, (i * c + k + 1) * h * w).reduce((sum, v) => sum + v, 0) /
        (h * w),
    ),
  );
  if (spec.head === 'classifier') {
    return { embedding, projection: linear(embedding, 'fc', spec.projectionSize), statistics };
  }
  const projected =
    spec.head === 'linear'
      ? linear(embedding, 'head', spec.projectionSize)
      : linear(
          linear(embedding, 'head.0', c).map((row) => row.map((v) => Math.max(v, 0))),
          'head.2',
          spec.projectionSize,
        );
  const projection = projected.map((row) => {
    const length = Math.max(Math.hypot(...row), 1e-12);
    return row.map((v) => v / length);
  });
  return { embedding, projection, statistics };
}

/** `[rows, height, width, channels]` values as the reference wants them. */
export function channelsFirst(
  pixels: ArrayLike<number>,
  [n, h, w, c]: readonly [number, number, number, number],
): Maps {
  const data = new Float64Array(n * c * h * w);
  for (let i = 0; i < n; i += 1)
    for (let p = 0; p < h * w; p += 1)
      for (let k = 0; k < c; k += 1) {
        data[(i * c + k) * h * w + p] = pixels[(i * h * w + p) * c + k]!;
      }
  return { shape: [n, c, h, w], data };
}
