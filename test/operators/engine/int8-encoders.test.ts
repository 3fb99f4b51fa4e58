import test from 'ava';
import type { Engine, EncoderSession } from '../../../operators/engine/interface/engine.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../../operators/model/initial-weights.ts';
import {
  calibrated,
  type ImageRanges,
  quantisationOf,
  type Quantisation,
} from '../../../operators/onnx/int8/quantisation.ts';
import { seededRandom } from '../../../operators/random.ts';
import { testWhere } from '../../helpers/test-where.ts';
import { computesInt8, processorFeatures } from '../../../operators/threads/processor-features.ts';

const spec = {
  architecture: 'resnet8',
  stem: 'imagenet',
  head: 'mlp',
  projectionSize: 16,
} as const;
const weights = initialWeights(spec, 3);
const shape = { rows: 8, imageSize: 32 };
const length = 32 * 32 * 3;

const here = computesInt8(processorFeatures());
const ifHere = testWhere(here ? undefined : 'this processor has neither VNNI nor AMX');

function images(count: number, seed: number): Float32Array {
  const random = seededRandom('int8 images', seed);
  return Float32Array.from({ length: count * length }, () => random.normal());
}

async function calibratedOn({ int8 }: Engine): Promise<Quantisation> {
  const calibration = await int8!.createCalibration(spec, weights, shape);
  const ranges = await calibration.run(images(8, 1));
  await calibration.close();
  return calibrated(ranges);
}

async function vectors(session: EncoderSession, pixels: Float32Array): Promise<Float32Array> {
  const { projection } = await session.run(pixels);
  return projection;
}

/** Least cosine of two sets of unit vectors. */
function leastCosine(one: Float32Array, other: Float32Array): number {
  const size = spec.projectionSize;
  const cosines = Array.from({ length: one.length / size }, (_, row) =>
    one
      .subarray(row * size, (row + 1) * size)
      .reduce((sum, value, at) => sum + value * other[row * size + at]!, 0),
  );
  return Math.min(...cosines);
}

ifHere('int8 vectors point where those of float32 do', async (t) => {
  const engine = await openOnnxEngine({ threads: 1 });
  t.teardown(() => engine.close());
  const quantisation = await calibratedOn(engine);
  const float32 = await engine.createEncoder(spec, weights, shape);
  const int8 = await engine.int8!.createEncoder(spec, weights, shape, quantisation);
  const [exact, near] = await Promise.all(
    [float32, int8].map(async (session) => await vectors(session, images(8, 2))),
  );
  t.true(leastCosine(exact!, near!) > 0.998, String(leastCosine(exact!, near!)));
  t.notDeepEqual(near, exact);
});

ifHere('the int8 vector of an image does not depend on the others of its batch', async (t) => {
  const engine = await openOnnxEngine({ threads: 2 });
  t.teardown(() => engine.close());
  const quantisation = await calibratedOn(engine);
  const session = await engine.int8!.createEncoder(spec, weights, shape, quantisation);
  const together = await vectors(session, images(8, 4));
  for (const row of [0, 5]) {
    const alone = images(8, 4).slice(row * length, (row + 1) * length);
    const size = spec.projectionSize;
    t.deepEqual(await vectors(session, alone), together.slice(row * size, (row + 1) * size));
  }
});

ifHere('calibration sees the same ranges in one batch and in several', async (t) => {
  const engine = await openOnnxEngine({ threads: 1 });
  t.teardown(() => engine.close());
  const calibration = await engine.int8!.createCalibration(spec, weights, shape);
  const together = await calibration.run(images(4, 5));
  const halves = [
    ...(await calibration.run(images(4, 5).slice(0, 2 * length))),
    ...(await calibration.run(images(4, 5).slice(2 * length))),
  ];
  const scales = (ranges: readonly ImageRanges[]): readonly Quantisation[] =>
    ranges.map((image) => image.map(quantisationOf));
  t.is(together.length, 4);
  t.deepEqual(scales(halves), scales(together));
});

ifHere('the quantisation of another network is refused, with the numbers of tensors', async (t) => {
  const engine = await openOnnxEngine({ threads: 1 });
  t.teardown(() => engine.close());
  const short = (await calibratedOn(engine)).slice(1);
  await t.throwsAsync(engine.int8!.createEncoder(spec, weights, shape, short), {
    message: /the quantisation of 12 tensors, got that of 11/u,
  });
});

test('an engine has int8 encoders where the processor sums products of int8 in int32', async (t) => {
  const engine = await openOnnxEngine({ threads: 1 });
  t.teardown(() => engine.close());
  t.is(engine.int8 !== undefined, here);
});
