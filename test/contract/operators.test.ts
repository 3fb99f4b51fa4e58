import test from 'ava';
import { expectTypeOf } from 'expect-type';
import { map, type Observable } from 'rxjs';
import * as operators from '../../operators/index.ts';
import type {
  BatchPlan,
  Dataset,
  DecodedImage,
  EmbeddingBatch,
  EncodedImage,
  PackedBatch,
  PlannedSample,
  SampleBatch,
  TrainerState,
  ViewBatch,
} from '../../operators/types.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type * as outputs from '../../outputs/index.ts';
import { exportsOf, sourceOf } from '../helpers/faces.ts';
import { plainBytes } from '../helpers/model-fixtures.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { planOf } from '../helpers/plans.ts';
import { madeUpState, madeUpStep } from '../helpers/training-cases.ts';
import { laws, type OperatorCase } from './operator-contract.ts';
import { outputCases } from './output-cases.ts';

const nothing = async (): Promise<void> => {};
const imageSize = 8;
const encoder = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 } as const;
const shape = { images: 2, views: 2, imageSize };

const sampleOf = (seq: number): PlannedSample => planOf(seq, [seq]).samples[0]!;
const image = (seq: number): DecodedImage => ({
  ...sampleOf(seq),
  image: { width: 2, height: 2, data: new Uint8Array(12).fill(seq) },
});
const decoded = map((sample: PlannedSample) => image(sample.position));
const viewBatch = (seq: number): ViewBatch => {
  const plan = planOf(seq, [2 * seq, 2 * seq + 1]);
  const pixels = new Float32Array(4 * imageSize * imageSize * 3);
  for (const [at] of pixels.entries()) pixels[at] = Math.sin((at + 1) * (seq + 1));
  return { plan, samples: plan.samples, views: 2, imageSize, pixels };
};
const packed = (seq: number): PackedBatch => {
  const { plan, samples, pixels } = viewBatch(seq);
  return { plan, samples, shape, pixels, labels: Int32Array.of(0, 0, 1, 1) };
};
const oneViewBatch = (seq: number): ViewBatch => {
  const batch = viewBatch(seq);
  return { ...batch, views: 1, pixels: batch.pixels.slice(0, batch.pixels.length / 2) };
};
/** One pixel, written by hand: a PNG that every decoder takes. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const missing = 10_000;
const files: Dataset = {
  name: 'files',
  classes: ['a'],
  count: missing,
  hash: '',
  sample: (position) => sampleOf(position),
  async read(position) {
    if (position === missing) throw new operators.PipelineError('ERR_READ', 'no such file');
    return png;
  },
};
/** Images for the stages that load, and a limit that the first bad one breaks. */
const source = { dataset: files, permits: operators.permits(2) };
const strict = () => ({
  replacement: operators.skipBad,
  quarantine: operators.quarantine({ count: missing, maxInvalid: 0 }),
});
const missingPlan = (): BatchPlan => ({
  ...planOf(0, [0]),
  samples: [{ ...sampleOf(0), position: missing }],
});
const bySeq = ({ plan }: { readonly plan: BatchPlan }): number => plan.seq;
const byPosition = ({ position }: PlannedSample): number => position;

/** Every operator that a library user can put behind a gate, on real parts. */
const cases = {
  mapInOrder: {
    open: async () => ({
      operator: operators.mapInOrder(async (value: number) => {
        if (value < 0) throw new Error('negative');
        return value;
      }),
      close: nothing,
    }),
    input: (seq) => seq,
    seqOf: (value) => value,
    broken: () => -1,
  } satisfies OperatorCase<number, number>,

  mapInTurn: {
    open: async () => ({
      operator: operators.mapInTurn(async (value: number) => {
        if (value < 0) throw new Error('negative');
        return value;
      }),
      close: nothing,
    }),
    input: (seq) => seq,
    seqOf: (value) => value,
    broken: () => -1,
  } satisfies OperatorCase<number, number>,

  beforeComplete: {
    open: async () => ({ operator: operators.beforeComplete<number>(nothing), close: nothing }),
    input: (seq) => seq,
    seqOf: (value) => value,
  } satisfies OperatorCase<number, number>,

  perSample: {
    open: async () => ({ operator: operators.perSample(decoded), close: nothing }),
    input: (seq) => planOf(seq, [1, 2, 3]),
    seqOf: bySeq,
  } satisfies OperatorCase<BatchPlan, SampleBatch>,

  onBadSample: {
    open: async () => {
      const bad = operators.quarantine({ count: 10 });
      const stage = operators.mapInOrder(async (sample: PlannedSample) => {
        if (sample.position < 0) throw new Error('not about the sample');
        return image(sample.position);
      });
      return { operator: operators.onBadSample(operators.skipBad, bad, stage), close: nothing };
    },
    input: sampleOf,
    seqOf: byPosition,
    broken: () => ({ ...sampleOf(0), position: -1 }),
  } satisfies OperatorCase<PlannedSample, DecodedImage>,

  keepDecoded: {
    open: async () => ({
      operator: operators.keepDecoded(operators.decodedCache(1e6), decoded),
      close: nothing,
    }),
    input: sampleOf,
    seqOf: byPosition,
  } satisfies OperatorCase<PlannedSample, DecodedImage>,

  readImage: {
    open: async () => ({
      operator: operators.readImage(files, { permits: operators.permits(2) }),
      close: nothing,
    }),
    input: sampleOf,
    seqOf: byPosition,
    broken: () => ({ ...sampleOf(0), position: missing }),
  } satisfies OperatorCase<PlannedSample, EncodedImage>,

  decodeImage: {
    open: async () => ({
      operator: operators.decodeImage({ permits: operators.permits(2) }),
      close: nothing,
    }),
    input: (seq) => ({ ...sampleOf(seq), bytes: png }),
    seqOf: byPosition,
    broken: () => ({ ...sampleOf(0), bytes: png.subarray(0, 20) }),
  } satisfies OperatorCase<EncodedImage, DecodedImage>,

  augmentViews: {
    async open() {
      const viewer = await operators.openImageWorkers();
      const recipe = operators.viewRecipe('paper');
      return {
        operator: operators.augmentViews(viewer, { recipe, views: 2, imageSize, seed: 1 }),
        close: () => viewer.close(),
      };
    },
    input: (seq) => ({ plan: planOf(seq, [seq]), images: [image(seq)] }),
    seqOf: bySeq,
  } satisfies OperatorCase<SampleBatch, ViewBatch>,

  mixViews: {
    open: async () => ({
      operator: operators.mixViews({ mixup: { alpha: 0.2 }, cutmix: { alpha: 1 }, seed: 1 }),
      close: nothing,
    }),
    input: viewBatch,
    seqOf: bySeq,
  } satisfies OperatorCase<ViewBatch, ViewBatch>,

  prepareInputs: {
    async open() {
      const viewer = await operators.openImageWorkers();
      const preprocessing = { ...plainBytes, imageSize };
      return {
        operator: operators.prepareInputs(viewer, preprocessing),
        close: () => viewer.close(),
      };
    },
    input: (seq) => ({ plan: planOf(seq, [seq]), images: [image(seq)] }),
    seqOf: bySeq,
  } satisfies OperatorCase<SampleBatch, ViewBatch>,

  loadViews: {
    async open() {
      const workers = await operators.openImageWorkers();
      const recipe = operators.viewRecipe('paper');
      const augmentation = { recipe, views: 2, imageSize, seed: 1 };
      return {
        operator: operators.loadViews(workers, { source, augmentation, bad: strict() }),
        close: () => workers.close(),
      };
    },
    input: (seq) => planOf(seq, [seq]),
    seqOf: bySeq,
    broken: missingPlan,
  } satisfies OperatorCase<BatchPlan, ViewBatch>,

  loadInputs: {
    async open() {
      const workers = await operators.openImageWorkers();
      const preprocessing = { ...plainBytes, imageSize };
      return {
        operator: operators.loadInputs(workers, { source, preprocessing, bad: strict() }),
        close: () => workers.close(),
      };
    },
    input: (seq) => planOf(seq, [seq]),
    seqOf: bySeq,
    broken: missingPlan,
  } satisfies OperatorCase<BatchPlan, ViewBatch>,

  packBatch: {
    open: async () => ({ operator: operators.packBatch(shape), close: nothing }),
    input: viewBatch,
    seqOf: bySeq,
    broken: () => ({ ...viewBatch(0), imageSize: imageSize + 1 }),
  } satisfies OperatorCase<ViewBatch, PackedBatch>,

  trainStep: {
    async open() {
      const engine = await operators.openEngine('onnx', { threads: 1 });
      const loss = { name: 'sincere', temperature: 0.1 } as const;
      const trainer = await engine.createTrainer({
        encoder,
        loss,
        shape,
        momentum: 0.9,
        weightDecay: 0,
      });
      const weights = operators.initialWeights(encoder, 1);
      await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
      return {
        operator: operators.trainStep(trainer, { learningRate: () => 0.01 }),
        close: () => engine.close(),
      };
    },
    input: (seq) => packed(seq),
    seqOf: bySeq,
    broken: () => ({ ...packed(0), pixels: packed(0).pixels.fill(NaN) }),
    exclusive: true,
  } satisfies OperatorCase<PackedBatch, StepResult>,

  validate: {
    async open() {
      const validator = {
        validate: async ({ step }: TrainerState) => {
          if (step === missing) throw new Error('cannot be validated');
          await Promise.resolve();
        },
      };
      return { operator: operators.validate(validator, { due: () => true }), close: nothing };
    },
    input: (seq) => madeUpStep(seq, seq % 2 === 0 ? madeUpState(seq + 1) : undefined),
    seqOf: ({ plan }) => plan.seq,
    broken: () => madeUpStep(3, madeUpState(missing)),
    exclusive: true,
  } satisfies OperatorCase<StepResult, StepResult>,

  encode: {
    async open() {
      const engine = await operators.openEngine('onnx', { threads: 1 });
      const weights = operators.initialWeights(encoder, 1);
      const session = await engine.createEncoder(encoder, weights, { rows: 2, imageSize });
      return { operator: operators.encode(session), close: () => engine.close() };
    },
    input: oneViewBatch,
    seqOf: bySeq,
    broken: () => ({ ...oneViewBatch(0), pixels: new Float32Array(1) }),
  } satisfies OperatorCase<ViewBatch, EmbeddingBatch>,

  ...outputCases,
};

/** Names of exported functions that return an operator, as the compiler sees them. */
type OperatorNames<Face> = {
  [Name in keyof Face]: Face[Name] extends (...args: never[]) => infer Returned
    ? Returned extends (source: never) => Observable<unknown>
      ? Name
      : never
    : never;
}[keyof Face];

/** The same, read off the sources of a face. */
async function operatorsOf(face: string): Promise<readonly string[]> {
  const found = (await exportsOf(face)).map(async ({ name, file, isType }) =>
    !isType && returnsOperator(await sourceOf(file), name) ? [name] : [],
  );
  return (await Promise.all(found)).flat();
}

function returnsOperator(source: string, name: string): boolean {
  const declared = new RegExp(`^export function ${name}\\b[^{;]*?\\): (\\w+)<`, 'msu').exec(
    source.replaceAll(/\{[^{}]*\}/gu, '…'),
  );
  return /^(?:MonoType)?OperatorFunction$/u.test(declared?.[1] ?? '');
}

test('every exported operator is covered', async (t) => {
  const exported = [
    ...(await operatorsOf('operators/index.ts')),
    ...(await operatorsOf('outputs/index.ts')),
  ];
  t.true(exported.length >= 12);
  t.deepEqual(exported.toSorted(), Object.keys(cases).toSorted());
  expectTypeOf<keyof typeof cases>().toEqualTypeOf<
    OperatorNames<typeof operators> | OperatorNames<typeof outputs>
  >();
});

for (const [name, subject] of Object.entries(cases)) {
  for (const [law, holds] of Object.entries(laws)) {
    test(`${name}: ${law}`, async (t) => {
      await holds(t, subject as OperatorCase<unknown>);
    });
  }
}
