import test from 'ava';
import type { EncoderSession } from '../../../operators/engine/interface/engine.ts';
import { seededRandom } from '../../../operators/random.ts';
import type { DrawnInputs } from '../../../pipeline/parts/drawn-inputs.ts';
import { type Int8Trial, tryInt8 } from '../../../pipeline/parts/int8-trial.ts';
import { int8Faults, int8Words } from '../../../pipeline/parts/int8-verdict.ts';

const size = 4;

/** A "network" whose vectors are its pixels, and `change` of each. */
function session(
  change: (rows: Float32Array) => Float32Array,
  run = (): void => {},
): EncoderSession {
  return {
    rows: 1000,
    imageSize: 1,
    layout: 'NHWC',
    embeddingSize: size,
    projectionSize: 0,
    run: async (pixels) => {
      run();
      return { embedding: change(pixels), projection: new Float32Array(0), pixels };
    },
    close: async () => {},
  };
}

interface Case {
  readonly images: number;
  readonly change: (rows: Float32Array) => Float32Array;
  /** Processor time of a batch in int8, where float32 takes 3. @default 1 */
  readonly time?: number;
  readonly labelled?: boolean;
}

/** The trial of a network against a change of its vectors, in batches of 100. */
async function tried({ images, change, time = 1, labelled = true }: Case): Promise<Int8Trial> {
  const random = seededRandom('trial');
  let now = 0;
  const inputs = async (work: (inputs: DrawnInputs) => Promise<void>): Promise<void> => {
    for (let first = 0; first < images; first += 100) {
      const samples = Array.from({ length: Math.min(100, images - first) }, (_, at) => ({
        id: String(first + at),
        position: first + at,
        draw: 0,
        label: labelled ? at % 2 : null,
      }));
      const pixels = Float32Array.from(
        samples.flatMap(({ position }) => [
          position % 2 === 0 ? 1 : -1,
          random.normal(),
          random.normal(),
          random.normal(),
        ]),
      );
      await work({ samples, pixels });
    }
  };
  return await tryInt8({
    float32: session(
      (rows) => rows.slice(),
      () => (now += 3),
    ),
    int8: session(change, () => (now += time)),
    layers: ['embedding'],
    classes: ['a', 'b'],
    inputs,
    clock: () => now,
  });
}

const same = (rows: Float32Array): Float32Array => rows.slice();

test('vectors that are the same in less time pass', async (t) => {
  const trial = await tried({ images: 1200, change: same });
  t.deepEqual(int8Faults(trial), []);
  t.is(trial.speedup, 3);
  t.is(trial.layers[0]!.neighbours!.lost, 0);
  t.regex(
    int8Words(trial),
    /^1,200 images: `embedding` cosine 1\.00000, lowest percent 1\.00000, k-NN/u,
  );
});

test('int8 that is no faster is refused with the ratio', async (t) => {
  const trial = await tried({ images: 300, change: same, time: 6 });
  t.deepEqual(int8Faults(trial), ['it takes 2.00 × the processor time of float32']);
});

test('vectors that point elsewhere for some images are refused with the numbers', async (t) => {
  const change = (rows: Float32Array): Float32Array =>
    rows.map((value, at) => (at % (size * 50) === 0 ? value + 1 : value));
  const [fault] = int8Faults(await tried({ images: 1200, change }));
  t.regex(
    fault!,
    /the `embedding` has a cosine of 0\.9\d{4} with float32 in the mean and 0\.\d{5} at/u,
  );
});

test('a vector without a direction counts as one that points the other way', async (t) => {
  const change = (rows: Float32Array): Float32Array =>
    rows.map((value, at) => (at < size ? Number.NaN : value));
  const trial = await tried({ images: 100, change });
  t.is(trial.layers[0]!.cosine.least, -1);
  t.is(int8Faults(trial).length, 1);
});

test('a loss of k-NN accuracy that no chance explains is refused, one that chance explains is not', (t) => {
  const cosine = { images: 2000, mean: 1, percentile1: 1, least: 1 };
  const trial = (lost: number, gained: number): Int8Trial => ({
    images: 2000,
    speedup: 2,
    layers: [
      {
        layer: 'embedding',
        cosine,
        neighbours: {
          images: 2000,
          reference: 0.9,
          approximation: 0.9 - (lost - gained) / 2000,
          lost,
          gained,
        },
      },
    ],
  });
  t.regex(int8Faults(trial(30, 5))[0]!, /loses accuracy: k-NN .* 88\.75 % beside 90\.00 %/u);
  // 0.5 points, of 210 images that changed sides: a fair coin does that in one of four trials.
  t.deepEqual(int8Faults(trial(110, 100)), []);
  t.deepEqual(int8Faults(trial(4, 0)), []);
});

test('k-NN accuracy is not measured without classes, and that is said', async (t) => {
  const trial = await tried({ images: 1200, change: same, labelled: false });
  t.is(trial.layers[0]!.neighbours, null);
  t.regex(int8Words(trial), /k-NN not measured, for want of 1,000 images of two classes/u);
});
