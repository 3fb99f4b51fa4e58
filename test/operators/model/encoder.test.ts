import test from 'ava';
import { encode, encodeInTraining } from '../../../operators/model/encoder.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import type { EncoderSpec } from '../../../operators/model/encoder-spec.ts';
import { channelsFirst, networkReference } from '../../helpers/network-reference.ts';
import { livelyWeights, numberWeights } from '../../helpers/networks.ts';
import { near, nearRows, normalValues, rowsOf, tensorsOf } from '../../helpers/tensors.ts';

// A network of this depth adds a few float32 roundings of 6e-8 per layer, amplified by BatchNorm where a
// channel of a toy batch hardly varies.
const tolerance = 2e-5;

for (const [spec, imageSize] of [
  // An odd size at stride 2, and an even one: explicit padding differs from `same` in the latter.
  [{ architecture: 'resnet8', head: 'mlp', projectionSize: 8 }, 5],
  [{ architecture: 'resnet8', head: 'linear', projectionSize: 8 }, 6],
  [{ architecture: 'resnet20', head: 'mlp', projectionSize: 8 }, 4],
  [{ architecture: 'resnet8', stem: 'imagenet', head: 'linear', projectionSize: 8 }, 19],
  [{ architecture: 'resnet8', stem: 'imagenet', head: 'linear', projectionSize: 8 }, 16],
] as const satisfies readonly (readonly [EncoderSpec, number])[]) {
  const shape = [2, imageSize, imageSize, 3] as const;
  const title = `${spec.architecture} with stem ${'stem' in spec ? spec.stem : 'of default'} and head ${spec.head} at ${imageSize} pixels`;

  test(`${title} equals float64 loops on running statistics`, (t) => {
    const weights = livelyWeights(spec, 1);
    const pixels = normalValues(shape[0] * imageSize * imageSize * 3, 'pixels', imageSize);
    const expected = networkReference(
      spec,
      numberWeights(weights),
      channelsFirst(pixels, shape),
      false,
    );
    tf.tidy(() => {
      const { embedding, projection } = encode(
        spec,
        tensorsOf(weights),
        tf.tensor4d(pixels, [...shape]),
      );
      nearRows(t, rowsOf(embedding), expected.embedding, tolerance, 'embedding');
      nearRows(t, rowsOf(projection), expected.projection, tolerance, 'projection');
    });
  });

  test(`${title} equals float64 loops on batch statistics, and moves the running ones`, (t) => {
    const weights = livelyWeights(spec, 2);
    const pixels = normalValues(shape[0] * imageSize * imageSize * 3, 'pixels', imageSize);
    const expected = networkReference(
      spec,
      numberWeights(weights),
      channelsFirst(pixels, shape),
      true,
    );
    tf.tidy(() => {
      const ours = encodeInTraining(spec, tensorsOf(weights), tf.tensor4d(pixels, [...shape]));
      nearRows(t, rowsOf(ours.embedding), expected.embedding, tolerance, 'embedding');
      nearRows(t, rowsOf(ours.projection), expected.projection, tolerance, 'projection');
      t.deepEqual(Object.keys(ours.statistics).sort(), Object.keys(expected.statistics).sort());
      for (const [name, values] of Object.entries(expected.statistics)) {
        near(t, ours.statistics[name]!.dataSync(), values, tolerance, name);
      }
    });
  });
}

test('rows of an encoded batch do not depend on each other', (t) => {
  const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 };
  const pixels = normalValues(4 * 6 * 6 * 3, 'rows');
  tf.tidy(() => {
    const weights = tensorsOf(livelyWeights(spec, 3));
    const all = tf.tensor4d(pixels, [4, 6, 6, 3]);
    const together = rowsOf(encode(spec, weights, all).projection);
    const alone = rowsOf(encode(spec, weights, tf.slice(all, 2, 1)).projection);
    nearRows(t, alone, [together[2]!], 1e-6);
  });
});

test('names the weight that is missing', (t) => {
  const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 };
  tf.tidy(() => {
    const { 'layer2.0.bn1.bias': _, ...weights } = tensorsOf(livelyWeights(spec, 4));
    t.throws(() => encode(spec, weights, tf.zeros([1, 4, 4, 3])), {
      instanceOf: TypeError,
      message: /`weights` to hold `layer2\.0\.bn1\.bias`/u,
    });
  });
});

test('refuses to train where BatchNorm sees one value a channel', (t) => {
  const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 };
  tf.tidy(() => {
    const weights = tensorsOf(livelyWeights(spec, 5));
    t.throws(() => encodeInTraining(spec, weights, tf.zeros([1, 4, 4, 3])), {
      instanceOf: RangeError,
      message: /more than 1 value per channel before `layer3\.0\./u,
    });
  });
});
