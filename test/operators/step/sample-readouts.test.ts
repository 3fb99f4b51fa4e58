import test from 'ava';
import fc from 'fast-check';
import { sampleReadouts, type StepRows } from '../../../operators/step/sample-readouts.ts';
import type { StepSpec } from '../../../operators/step/step-spec.ts';
import type { PackedBatch } from '../../../operators/types.ts';
import { seededRandom } from '../../../operators/random.ts';
import { near } from '../../helpers/tensors.ts';
import { unitRows } from '../../helpers/unit-rows.ts';

const size = 5;

interface Drawn {
  readonly images: number;
  readonly views: number;
  readonly classes: number;
  readonly filled: number;
  readonly twice: boolean;
  readonly seed: number;
}

const drawn = fc.record({
  images: fc.integer({ min: 2, max: 9 }),
  views: fc.integer({ min: 1, max: 3 }),
  classes: fc.integer({ min: 1, max: 4 }),
  filled: fc.integer({ min: 1, max: 9 }),
  twice: fc.boolean(),
  seed: fc.nat(),
});

function specOf(loss: StepSpec['loss'], { images, views }: Drawn): StepSpec {
  return {
    encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: size },
    loss,
    shape: { images, views, imageSize: 4 },
    momentum: 0.9,
    weightDecay: 0,
  };
}

/** A batch with unknown classes, padding, and an image that is in it twice. */
function batchOf({ images, views, classes, filled, twice, seed }: Drawn): PackedBatch {
  const random = seededRandom('samples', seed);
  const samples = Array.from({ length: Math.min(images, filled) }, (_, at) => {
    const position = twice && at === 1 ? 0 : at;
    const label = Math.floor(random.uniform() * (classes + 1)) - 1;
    return { id: `image-${position}`, label: label < 0 ? null : label, position, draw: 0 };
  });
  if (twice && samples.length > 1) samples[1] = { ...samples[0]! };
  const labels = Int32Array.from({ length: images * views }, (_, row) => {
    return samples[Math.floor(row / views)]?.label ?? -1;
  });
  const shape = { images, views, imageSize: 4 };
  const plan = { seq: 0, epoch: 0, samples };
  return { plan, shape, samples, pixels: new Float32Array(0), labels };
}

function rowsOf({ images, views, seed }: Drawn): StepRows {
  const random = seededRandom('losses', seed);
  return {
    projection: unitRows(images * views, size, 'samples', seed),
    loss: Float32Array.from({ length: images * views }, () => random.uniform()),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Products of a row of the image with each row that `isWitness` takes. */
function similarity(
  batch: PackedBatch,
  { projection }: StepRows,
  image: number,
  isWitness: (other: number) => boolean,
): number {
  const { views } = batch.shape;
  const row = (at: number): Float32Array => projection.subarray(at * size, (at + 1) * size);
  const products: number[] = [];
  for (let one = image * views; one < (image + 1) * views; one += 1) {
    for (let other = 0; other < batch.samples.length * views; other += 1) {
      if (!isWitness(Math.floor(other / views))) continue;
      products.push(row(one).reduce((sum, x, at) => sum + x * row(other)[at]!, 0));
    }
  }
  return mean(products);
}

test('similarities are means over the other images of a class, of any batch', (t) => {
  fc.assert(
    fc.property(drawn, (given) => {
      const [batch, rows] = [batchOf(given), rowsOf(given)];
      const { samples } = batch;
      const spec = specOf({ name: 'sincere', temperature: 0.1 }, given);
      const { ownSimilarity, otherSimilarity, otherClass } = sampleReadouts(spec, batch, rows);
      const own = samples.map(({ label, id }, image) =>
        similarity(batch, rows, image, (other) => {
          return label !== null && samples[other]!.label === label && samples[other]!.id !== id;
        }),
      );
      const others = samples.map(({ label }, image) => {
        const classes = [...new Set(samples.map((sample) => sample.label))];
        return classes
          .filter((one): one is number => one !== null && one !== label)
          .map((one) => {
            const of = similarity(batch, rows, image, (other) => samples[other]!.label === one);
            return { one, of };
          })
          .sort((a, b) => b.of - a.of || a.one - b.one)[0];
      });
      near(t, ownSimilarity, own, 1e-5, 'own');
      near(
        t,
        otherSimilarity,
        others.map((other) => other?.of ?? NaN),
        1e-5,
        'other',
      );
      t.deepEqual(
        [...otherClass],
        others.map((other) => other?.one ?? -1),
      );
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('the loss of an image is the mean over its views that were anchors with a positive', (t) => {
  fc.assert(
    fc.property(drawn, fc.boolean(), (given, firstOnly) => {
      const [batch, rows] = [batchOf(given), rowsOf(given)];
      const { samples, labels, shape } = batch;
      const anchors = firstOnly ? 'first' : 'all';
      const { loss } = sampleReadouts(
        specOf({ name: 'supcon', temperature: 0.1, anchors }, given),
        batch,
        rows,
      );
      const expected = samples.map((_, image) => {
        const own = Array.from({ length: shape.views }, (_, view) => image * shape.views + view);
        const counted = own
          .filter((row) => labels.filter((label) => label === labels[row]).length > 1)
          .filter((row) => labels[row]! >= 0 && (!firstOnly || row === own[0]));
        return mean(counted.map((row) => rows.loss[row]!));
      });
      near(t, loss, expected, 1e-6);
    }),
    { seed: 2, numRuns: 60 },
  );
});

test('of a classifier they are logits: of the class, and the largest other', (t) => {
  const given = { images: 4, views: 2, classes: size, filled: 3, twice: false, seed: 0 };
  const labels = Int32Array.of(1, 1, 4, 4, -1, -1, -1, -1);
  const batch = { ...batchOf(given), labels };
  const rows = [
    [0, 1, 2, 3, 9],
    [0, 3, 2, 3, 5],
    [7, 7, 0, 0, 8],
    [7, 7, 0, 0, 8],
    [1, 2, 3, 2, 1],
    [1, 2, 3, 2, 1],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ];
  const projection = Float32Array.from(rows.flat());
  const loss = Float32Array.of(1, 2, 3, 5, 0, 0, 0, 0);
  const spec = specOf({ name: 'cross-entropy' }, given);
  const readouts = sampleReadouts(spec, batch, { projection, loss });
  t.deepEqual(readouts, {
    images: batch.samples,
    loss: Float32Array.of(1.5, 4, NaN),
    ownSimilarity: Float32Array.of(2, 8, NaN),
    otherSimilarity: Float32Array.of(7, 7, 3),
    // Ties: the lowest.
    otherClass: Int32Array.of(4, 0, 2),
  });
});
