import type { ExecutionContext } from 'ava';
import { openCpuEngine } from '../../operators/engine/cpu-engine.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import type { ClassifierSpec, TrainerSpec } from '../../operators/step/step-spec.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { lossNames } from '../../operators/loss/losses.ts';
import {
  defaultOptimizer,
  optimizerNames,
  optimizers,
} from '../../operators/step/optimizer/optimizers.ts';
import { initialState } from '../../operators/step/initial-state.ts';
import { stateParts } from '../../operators/step/state-parts.ts';
import type { SampleReadouts } from '../../operators/step/sample-readouts.ts';
import type { PackedBatch, TrainerState, Weights } from '../../operators/types.ts';
import { packedBatch } from '../helpers/batches.ts';
import { usualLoss } from '../helpers/loss-specs.ts';
import { livelyWeights, zeroMomentum } from '../helpers/networks.ts';
import { alike } from '../helpers/alike.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { near as nearWithin, normalValues } from '../helpers/tensors.ts';
import { workerOf } from '../helpers/worker-of.ts';
import { opened } from '../helpers/opened.ts';

/** A step of the contract, as small as a network with every layer can be. */
export const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

function stateOf(task: TrainerSpec): TrainerState {
  return initialState(task, initialWeights(task.encoder, 1));
}

function state(task = spec): TrainerState {
  return stateOf(task);
}

function batch(seq: number, { shape } = spec): PackedBatch {
  return packedBatch(shape, seq, 2);
}

const temperature = 0.2;
/** One of each path through an engine. */
const few: ReadonlySet<string> = new Set([
  'sincere',
  'the ImageNet stem',
  'chunks of 2 images',
  'clipped AdamW in chunks',
]);

const tasks: readonly (readonly [
  what: string,
  steps: number,
  changes: Partial<TrainerSpec>,
  amplified?: number,
])[] = [
  ['sincere', 5, {}],
  ['supcon', 2, { loss: { name: 'supcon', temperature } }],
  ['dcl', 1, { loss: { name: 'dcl', temperature } }],
  ['infonce', 1, { loss: { name: 'infonce', temperature } }],
  ['eps-sup-infonce', 1, { loss: { name: 'eps-sup-infonce', epsilon: 0.5, temperature } }],
  ['first anchors', 1, { loss: { name: 'supcon', anchors: 'first', temperature } }],
  ['image positives', 1, { loss: { name: 'supcon', positives: 'image', temperature } }],
  ['frozen BatchNorm', 2, { batchNorm: 'frozen' }],
  // Statistics of 4 rows amplify every rounding.
  ['chunks of 2 images', 1, { microBatch: 2 }, 8],
  ['chunks with frozen BatchNorm', 2, { microBatch: 1, batchNorm: 'frozen' }],
  [
    'the ImageNet stem',
    2,
    {
      encoder: { ...spec.encoder, stem: 'imagenet' },
      shape: { images: 4, views: 2, imageSize: 19 },
    },
    4,
  ],
  // As many rows as fill a block of images, where an engine has such.
  ['16 rows', 2, { shape: { images: 8, views: 2, imageSize: 8 } }],
  ['a frozen first stage', 2, { frozen: 'layer1' }],
  ['a frozen encoder', 2, { frozen: 'encoder' }],
  ['a frozen stem in chunks', 2, { frozen: 'stem', microBatch: 2 }, 8],
];

/** A step of every loss that has no task above. */
const lossTasks: typeof tasks = lossNames
  .filter((name) => !tasks.some(([what]) => what === name))
  .map((name) => [name, 1, { loss: usualLoss(name, temperature) }]);

const optimizerTasks: readonly (readonly [
  what: string,
  steps: number,
  learningRate: number,
  changes: Partial<TrainerSpec>,
  amplified?: number,
])[] = [
  ['AdamW', 5, 1e-3, { optimizer: 'adamw', weightDecay: 0.01 }],
  ['LARS', 5, 0.3, { optimizer: 'lars' }],
  ['clipped SGD', 5, 0.02, { clipNorm: 0.5 }],
  // One of two updates is clipped, and the last batch belongs to an update that is not made.
  [
    'accumulated SGD, with samples',
    5,
    0.02,
    { accumulate: 2, clipNorm: 0.5, averageDecay: 0.9, frozen: 'stem', samples: true },
  ],
  // Of the first steps, whose decay is shorter, and of those behind them.
  ['averaged SGD', 5, 0.02, { averageDecay: 0.3 }],
  [
    'clipped AdamW in chunks',
    2,
    1e-3,
    {
      optimizer: 'adamw',
      clipNorm: 0.5,
      microBatch: 2,
      batchNorm: 'frozen',
      headRate: 2,
      layerDecay: 0.5,
      averageDecay: 0.9,
    },
    // The first steps divide each gradient by its own size, so one that is all rounding counts like any other.
    10,
  ],
];

/** Steps of every optimizer that has no task above; those of SGD are the ones of all losses. */
const furtherOptimizerTasks: typeof optimizerTasks = optimizerNames
  .filter((name) => name !== defaultOptimizer)
  .filter((name) => !optimizerTasks.some(([, , , { optimizer }]) => optimizer === name))
  .map((optimizer) => [optimizer, 5, optimizers[optimizer].learningRate, { optimizer }]);

/** A step of a classifier. */
export const classifier: ClassifierSpec = {
  ...spec,
  encoder: { architecture: 'resnet8', head: 'classifier', projectionSize: 3 },
  loss: { name: 'cross-entropy' },
  headRate: 5,
};

/** What declares the cases: AVA's `test`, or what stands in for it where AVA is not. */
export interface DeclareTest {
  (title: string, run: (t: ExecutionContext) => Promise<unknown>): void;
  /** Runs before the others, one at a time. */
  serial(title: string, run: (t: ExecutionContext) => Promise<unknown>): void;
}

/** What of the contract is asked of an engine. */
export interface ContractTerms {
  /**
   * `few` leaves out what differs from the rest only in what the step computes, for an engine whose kernels are those
   * of the reference. @default 'all'
   */
  readonly extent?: 'all' | 'few';
  /** Factor of every tolerance, for devices that sum in coarser ways. @default 1 */
  readonly rounding?: number;
  /** Whether the same work gives the same bits. Devices may add in the order in which threads end. @default true */
  readonly exact?: boolean;
}

/**
 * What every engine must do that computes in threads: whatever the `cpu` engine does, in every number, and go on after
 * what went wrong.
 *
 * @param test Declares the cases.
 * @param open Opens the engine. Called in every test.
 */
export function engineContract(
  test: DeclareTest,
  name: string,
  open: () => Promise<Engine>,
  { extent = 'all', rounding = 1, exact = true }: ContractTerms = {},
): void {
  const taken = ([what]: readonly [what: string, ...rest: unknown[]]): boolean =>
    extent === 'all' || few.has(what);
  const equalSamples = (
    t: ExecutionContext,
    got: SampleReadouts,
    wanted: SampleReadouts,
    tolerance: number,
  ): void => {
    t.deepEqual(got.otherClass, wanted.otherClass);
    for (const column of ['loss', 'ownSimilarity', 'otherSimilarity'] as const) {
      near(t, got[column], wanted[column], tolerance, `${column} of images`);
    }
  };
  const near: typeof nearWithin = (t, actual, expected, tolerance, what) =>
    nearWithin(t, actual, expected, tolerance * rounding, what);
  // The same work once more.
  const again = (t: ExecutionContext, got: unknown, wanted: unknown): void =>
    exact ? void t.deepEqual(got, wanted) : alike(t, got, wanted, 1e-5 * rounding);
  // Before the others, one at a time: it catches the next thread that starts in this process.
  test.serial(
    `${name}: a thread that is killed is one clear error, and the next trainer trains`,
    async (t) => {
      const engine = await opened(t, open());
      const [trainer, worker] = await workerOf(() => engine.createTrainer(spec));
      await trainer.load(state());
      await trainer.run(batch(0), 0.05);
      const ended = {
        code: 'ERR_ENGINE',
        message: /trainer ended before its work did: it exited with code 1.*last checkpoint/u,
      };
      // Killed before it can begin: inside of a step ONNX Runtime 1.30 would end the whole process.
      const exited = worker.terminate();
      const calls = [trainer.run(batch(1), 0.05), trainer.snapshot()];
      const refused = calls.map((call) => t.throwsAsync(call, ended));
      await exited;
      await Promise.all(refused);
      await t.throwsAsync(trainer.run(batch(2), 0.05), ended);
      await trainer.close();
      const another = await engine.createTrainer(spec);
      await another.load(state());
      t.true(Number.isFinite((await another.run(batch(0), 0.05)).loss));
    },
  );

  for (const [what, steps, changes, amplified = 1] of [...tasks, ...lossTasks].filter(taken)) {
    test(`${name}: ${steps} steps equal the cpu engine in every number: ${what}`, async (t) => {
      const task: TrainerSpec = { ...spec, samples: true, ...changes };
      const [engine, cpu] = [await opened(t, open()), await opened(t, openCpuEngine())];
      const trainer = await engine.createTrainer(task);
      const reference = await cpu.createTrainer(task);
      await Promise.all([trainer.load(state(task)), reference.load(state(task))]);
      for (let step = 0; step < steps; step += 1) {
        const padded = batch(step, task);
        // A row that the loss leaves out, as padding is.
        padded.labels[7] = -1;
        const expected = await reference.run({ ...padded, pixels: padded.pixels.slice() }, 0.02);
        const readouts = await trainer.run(padded, 0.02);
        // Sums in another order, in float32, through ten layers; each step passes its error on to the next.
        const tolerance = 1e-5 * (step + 1) * amplified;
        const { effectiveRank, gradientNorm, samples, ...others } = readouts;
        const { effectiveRank: rank, gradientNorm: norm, samples: given, ...numbers } = expected;
        equalSamples(t, samples!, given!, tolerance);
        near(t, Object.values(others), Object.values(numbers), tolerance, 'read-outs');
        // By itself: it can be much smaller or larger than the others.
        near(t, [gradientNorm], [norm], tolerance, 'gradient norm');
        // A quotient of two sums that mostly cancel when the rows are close together.
        near(t, [effectiveRank], [rank], tolerance / Math.min(1, 10 * expected.spread), 'rank');
        const [got, wanted] = [await trainer.snapshot(), await reference.snapshot()];
        equalTensors(got.weights, wanted.weights, tolerance);
        equalTensors(got.momentum, wanted.momentum, tolerance);
        t.is(got.step, step + 1);
      }

      function equalTensors(got: Weights, wanted: Weights, tolerance: number): void {
        t.deepEqual(
          [...got.keys()],
          [...state(task).weights.keys()].filter((key) => wanted.has(key)),
        );
        for (const [key, { shape, data }] of wanted) {
          t.deepEqual([...got.get(key)!.shape], [...shape]);
          near(t, got.get(key)!.data, data, tolerance, key);
        }
      }
    });
  }

  for (const [what, steps, learningRate, changes, amplified = 1] of [
    ...optimizerTasks,
    ...furtherOptimizerTasks,
  ].filter(taken)) {
    test(`${name}: ${steps} steps equal the cpu engine, and go on from a snapshot: ${what}`, async (t) => {
      const task: TrainerSpec = { ...spec, ...changes };
      const [engine, cpu] = [await opened(t, open()), await opened(t, openCpuEngine())];
      const [trainer, reference] = [
        await engine.createTrainer(task),
        await cpu.createTrainer(task),
      ];
      await Promise.all([trainer.load(stateOf(task)), reference.load(stateOf(task))]);
      let half: TrainerState | undefined;
      for (let step = 0; step < steps; step += 1) {
        if (step === steps - 1) half = await trainer.snapshot();
        const expected = await reference.run(packedBatch(spec.shape, step, 2), learningRate);
        const { loss, samples } = await trainer.run(packedBatch(spec.shape, step, 2), learningRate);
        // As for SGD: sums in another order, and each step passes its error on to the next.
        near(t, [loss], [expected.loss], 1e-5 * (step + 1), 'loss');
        t.is(samples === undefined, task.samples !== true);
        if (samples !== undefined) {
          equalSamples(t, samples, expected.samples!, 1e-5 * (step + 1) * amplified);
        }
      }
      const [got, wanted] = [await trainer.snapshot(), await reference.snapshot()];
      t.is(got.step, steps);
      t.deepEqual(Object.keys(got).toSorted(), Object.keys(stateOf(task)).toSorted());
      t.deepEqual(Object.keys(wanted).toSorted(), Object.keys(got).toSorted());
      for (const part of stateParts) {
        t.deepEqual([...(got[part]?.keys() ?? [])], [...(wanted[part]?.keys() ?? [])]);
        for (const [name, { data }] of wanted[part] ?? []) {
          near(t, got[part]!.get(name)!.data, data, 1e-5 * steps * amplified, `${part} ${name}`);
        }
      }
      await trainer.load(half!);
      await trainer.run(packedBatch(spec.shape, steps - 1, 2), learningRate);
      again(t, await trainer.snapshot(), got);
    });
  }

  const changed = [{}, { batchNorm: 'frozen' }, { microBatch: 2 }] as const;
  for (const changes of extent === 'all' ? changed : changed.slice(0, 1)) {
    test(`${name}: steps of a classifier equal the cpu engine: ${JSON.stringify(changes)}`, async (t) => {
      const task: ClassifierSpec = { ...classifier, samples: true, ...changes };
      const [engine, cpu] = [await opened(t, open()), await opened(t, openCpuEngine())];
      const trainer = await engine.createClassifier(task);
      const reference = await cpu.createClassifier(task);
      const weights = initialWeights(task.encoder, 1);
      const start = { step: 0, weights, momentum: zeroMomentum(weights) };
      await Promise.all([trainer.load(start), reference.load(start)]);
      for (let step = 0; step < 2; step += 1) {
        const padded = packedBatch(spec.shape, step, 3);
        padded.labels[7] = -1;
        const expected = await reference.run({ ...padded, pixels: padded.pixels.slice() }, 0.02);
        const readouts = await trainer.run(padded, 0.02);
        t.is(readouts.rowsWithoutClass, 1);
        t.deepEqual(Object.keys(readouts), Object.keys(expected));
        // As above.
        const tolerance = 'microBatch' in changes ? 8e-5 * (step + 1) : 1e-5 * (step + 1);
        const [{ samples, ...numbers }, { samples: given, ...wanted }] = [readouts, expected];
        near(t, Object.values(numbers), Object.values(wanted), tolerance, 'read-outs');
        equalSamples(t, samples!, given!, tolerance);
        const [got, state] = [await trainer.snapshot(), await reference.snapshot()];
        for (const part of ['weights', 'momentum'] as const) {
          t.deepEqual([...got[part].keys()], [...state[part].keys()]);
          for (const [key, { data }] of state[part]) {
            near(t, got[part].get(key)!.data, data, tolerance, `${part} ${key}`);
          }
        }
      }
    });
  }

  test(`${name}: a classifier in chunks with frozen BatchNorm equals one pass`, async (t) => {
    const engine = await opened(t, open());
    const weights = initialWeights(classifier.encoder, 1);
    const stepped = async (microBatch: number | undefined) => {
      const trainer = await engine.createClassifier({
        ...classifier,
        batchNorm: 'frozen',
        microBatch,
      });
      await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
      const { samples, ...readouts } = await trainer.run(packedBatch(spec.shape, 0, 3), 0.02);
      t.is(samples, undefined);
      return { readouts, state: await trainer.snapshot() };
    };
    const [whole, chunks] = [await stepped(undefined), await stepped(1)];
    near(t, Object.values(chunks.readouts), Object.values(whole.readouts), 1e-6);
    for (const [key, { data }] of whole.state.momentum) {
      near(t, chunks.state.momentum.get(key)!.data, data, 1e-5, key);
    }
  });

  test(`${name}: reading samples out changes no bit of a step`, async (t) => {
    const engine = await opened(t, open());
    const stepped = async (samples: boolean, changes: Partial<TrainerSpec>) => {
      const task = { ...spec, ...changes, samples };
      const trainer = await engine.createTrainer(task);
      await trainer.load(state(task));
      const { samples: given, ...readouts } = await trainer.run(batch(0, task), 0.05);
      t.is(given?.loss.length, samples ? task.shape.images : undefined);
      return { readouts, state: await trainer.snapshot() };
    };
    for (const changes of [{}, { microBatch: 2 }]) {
      again(t, await stepped(true, changes), await stepped(false, changes));
    }
  });

  // One trainer for what follows, because each takes a second to start.
  test(`${name}: one trainer: state, refused steps, handed over pixels, order, end`, async (t) => {
    const engine = await opened(t, open());
    const trainer = await engine.createTrainer(spec);
    await t.throwsAsync(trainer.run(batch(0), 0.05), {
      code: 'ERR_ENGINE',
      message: /`load` before/u,
    });
    await t.throwsAsync(trainer.snapshot(), { code: 'ERR_ENGINE' });

    await t.notThrowsAsync(async () => {
      const start = state();
      await trainer.load({ ...start, step: 7 });
      start.weights.get('conv1.weight')!.data.fill(9);
    });
    t.deepEqual(await trainer.snapshot(), { ...state(), step: 7 });

    // A step that is not finite is refused, and so is a batch of another shape.
    const broken = batch(0);
    broken.pixels[5] = NaN;
    await t.throwsAsync(trainer.run(broken, 0.05), {
      code: 'ERR_NOT_FINITE',
      // On WebGPU, which may take NaN for a number, the pixels are looked at before.
      message: /finite (?:loss and gradient|pixels) in step `7`.*was not applied/u,
    });
    const another = packedBatch({ ...spec.shape, images: 5 }, 0);
    await t.throwsAsync(trainer.run(another, 0.05), {
      code: 'ERR_SHAPE',
      message: /`batch` to hold 8/u,
    });
    await t.throwsAsync(trainer.run(batch(0), -1), { instanceOf: RangeError });
    const weights = new Map(state().weights);
    weights.delete('conv1.weight');
    await t.throwsAsync(trainer.load({ ...state(), weights }), {
      code: 'ERR_SHAPE',
      message: /`conv1\.weight`/u,
    });
    t.deepEqual(await trainer.snapshot(), { ...state(), step: 7 });

    // Resuming from a snapshot equals never having stopped, bit for bit.
    await trainer.run(batch(0), 0.05);
    const half = await trainer.snapshot();
    const expected = await trainer.run(batch(1), 0.04);
    const whole = await trainer.snapshot();
    await trainer.load(half);
    again(t, await trainer.run(batch(1), 0.04), expected);
    again(t, await trainer.snapshot(), whole);
    t.is(whole.step, 9);

    // Pixels are taken over when they fill their buffer, and copied when they do not.
    const { pixels, ...others } = batch(0);
    const readouts = [];
    const larger = new Float32Array(pixels.length + 5);
    const shared = new Float32Array(new SharedArrayBuffer(pixels.byteLength));
    for (const given of [larger.subarray(5), shared, pixels]) {
      if (given !== pixels) given.set(pixels);
      await trainer.load(state());
      readouts.push(await trainer.run({ ...others, pixels: given }, 0.05));
    }
    again(t, readouts[1], readouts[0]);
    again(t, readouts[2], readouts[0]);
    t.is(larger.length, others.labels.length * 4 * 4 * 3 + 5);
    t.is(pixels.length, 0);

    // Calls are served in order without waiting between them, the end comes last.
    const ended: string[] = [];
    const note = (name: string) => (): void => void ended.push(name);
    await Promise.all([
      trainer.load(state()).then(note('load')),
      trainer.run(batch(0), 0.05).then(note('run')),
      trainer.snapshot().then(note('snapshot')),
      trainer.close().then(note('close')),
    ]);
    t.deepEqual(ended, ['load', 'run', 'snapshot', 'close']);
    await trainer.close();
    await engine.close();
    await engine.close();
    const closed = { code: 'ERR_ENGINE', message: /was closed/u };
    await t.throwsAsync(trainer.load(state()), closed);
    await t.throwsAsync(engine.createTrainer(spec), closed);
    await t.throwsAsync(
      engine.createEncoder(spec.encoder, state().weights, { rows: 1, imageSize: 4 }),
      closed,
    );
  });

  test(`${name}: what is beside a trainer gives what it gives alone, and changes no step`, async (t) => {
    const engine = await opened(t, open());
    const weights = livelyWeights(spec.encoder, 2);
    const shape = { rows: 2, imageSize: 4 };
    const pixels = normalValues(2 * 48, 'beside');
    const rows = { z: unitRows(6, 4, 'beside'), size: 4, labels: Int32Array.of(0, 0, 0, 1, 1, 1) };
    const request = { gradient: false, readouts: false };
    const alone = await engine.createEncoder(spec.encoder, weights, shape);
    const lossAlone = await engine.createLoss(spec.loss);
    const expected = await alone.run(pixels.slice());
    const loss = await lossAlone.run(rows, request);
    const trainer = await engine.createTrainer(spec);
    await trainer.load(state());
    const wanted = [await trainer.run(batch(0), 0.05), await trainer.run(batch(1), 0.05)];
    await trainer.load(state());

    const encoder = await trainer.beside.createEncoder(spec.encoder, weights, shape);
    const losses = await trainer.beside.createLoss(spec.loss);
    t.is(encoder.projectionSize, 6);
    const [first, vectors, measured, second] = await Promise.all([
      trainer.run(batch(0), 0.05),
      encoder.run(pixels.slice()),
      losses.run(rows, request),
      trainer.run(batch(1), 0.05),
    ]);
    again(t, first, wanted[0]);
    again(t, second, wanted[1]);
    again(t, vectors.embedding, expected.embedding);
    again(t, vectors.projection, expected.projection);
    near(t, [measured.value], [loss.value], 1e-6);

    const taken = {
      code: 'ERR_CONTRACT',
      message: /beside the trainer to be closed before another/u,
    };
    await t.throwsAsync(trainer.beside.createEncoder(spec.encoder, weights, shape), taken);
    await encoder.close();
    await encoder.close();
    await t.throwsAsync(encoder.run(pixels.slice()), {
      code: 'ERR_ENGINE',
      message: /was closed/u,
    });
    const another = await trainer.beside.createEncoder(spec.encoder, weights, shape);
    again(t, (await another.run(pixels.slice())).projection, expected.projection);
    await trainer.close();
    await t.throwsAsync(another.run(pixels.slice()), { code: 'ERR_ENGINE' });
    await t.throwsAsync(losses.run(rows, request), { code: 'ERR_ENGINE' });
    await t.notThrowsAsync(another.close());
  });

  test(`${name}: encodes as the cpu engine does`, async (t) => {
    const [engine, cpu] = [await opened(t, open()), await opened(t, openCpuEngine())];
    const weights = livelyWeights(spec.encoder, 2);
    const shape = { rows: 3, imageSize: 4 };
    const session = await engine.createEncoder(spec.encoder, weights, shape);
    const reference = await cpu.createEncoder(spec.encoder, weights, shape);
    const pixels = normalValues(3 * 4 * 4 * 3, 'encode');
    const expected = await reference.run(pixels.slice());
    const got = await session.run(pixels.slice());
    t.is(session.embeddingSize, 64);
    t.is(session.projectionSize, 6);
    near(t, got.embedding, expected.embedding, 1e-5);
    near(t, got.projection, expected.projection, 1e-5);
    await t.throwsAsync(session.run(new Float32Array(3)), {
      code: 'ERR_SHAPE',
      message: /`pixels` to hold 1 to 3 images of 4 × 4 \(48 values each\), got 3 values/u,
    });
    // Of any number of images, each as before, bit for bit.
    for (const images of [1, 2]) {
      const some = await session.run(pixels.slice(0, images * 48));
      again(t, some.embedding, got.embedding.slice(0, images * 64));
      again(t, some.projection, got.projection.slice(0, images * 6));
    }
    await t.throwsAsync(session.run(new Float32Array(4 * 48)), { code: 'ERR_SHAPE' });
  });
}
