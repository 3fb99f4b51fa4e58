import test, { type ExecutionContext } from 'ava';
import type { ModelSpec } from '../../../../operators/engine/interface/engine.ts';
import {
  type ModelEncodingSession,
  openModelSession,
} from '../../../../operators/engine/onnx/model-session.ts';
import { loadRuntime } from '../../../../operators/onnx/runtime.ts';
import {
  colourModel,
  colourSide,
  type ColourChanges,
  constant,
  externalConstant,
  node,
  onnx,
} from '../../../helpers/onnx-models.ts';
import { near, normalValues } from '../../../helpers/tensors.ts';

const runtime = await loadRuntime();
const length = colourSide * colourSide * 3;

async function open(
  t: ExecutionContext,
  model: Uint8Array | string,
  spec: Omit<ModelSpec, 'model'> = {},
): Promise<ModelEncodingSession> {
  const shape = { rows: 8, imageSize: colourSide, device: 'cpu', threads: 1 } as const;
  const session = await openModelSession(runtime, { spec: { model, ...spec }, ...shape });
  t.teardown(() => session.release());
  return session;
}

/** Vectors of the first images of a fixed set. */
async function vectors(session: ModelEncodingSession, images: number): Promise<Float32Array> {
  const { embedding } = await session.encode(Float32Array.from(normalValues(images * length, 3)));
  return embedding;
}

const cast = (to: number) => [node('Cast', ['z'], 'y', { to })];

for (const [title, changes, tolerance] of [
  ['float16 input', { inputType: onnx.float16 }, 2e-3],
  ['float64 input', { inputType: onnx.float64 }, 1e-6],
  ['float16 output', { after: cast(onnx.float16), outputType: onnx.float16 }, 2e-3],
  ['float64 output', { after: cast(onnx.float64), outputType: onnx.float64 }, 1e-6],
  ['a batch fixed to one', { input: [1, 3, colourSide, colourSide] }, 1e-6],
  ['a batch fixed to five', { input: [5, 3, colourSide, colourSide] }, 1e-6],
  ['no stated shape', { input: null }, 1e-6],
  ['free sides', { input: ['n', 3, 'h', 'w'] }, 1e-6],
] as const satisfies readonly (readonly [string, ColourChanges, number])[]) {
  test(`a model of ${title} gives the vectors of the plain one`, async (t) => {
    const expected = await vectors(await open(t, colourModel()), 7);
    // Ten bits of mantissa hold a number of about 1 to 5e-4, and a sum of three of them to somewhat more.
    near(t, [...(await vectors(await open(t, colourModel(changes)), 7))], [...expected], tolerance);
  });
}

test('a model of uint8 takes whole numbers, rounded and clamped', async (t) => {
  const [plain, bytes] = [
    await open(t, colourModel()),
    await open(t, colourModel({ inputType: onnx.uint8 })),
  ];
  t.is(bytes.ports.inputType, 'uint8');
  const whole = Float32Array.from({ length: 2 * length }, (_, at) => (at * 37) % 256);
  const expected = (await plain.encode(whole.slice())).embedding;
  near(t, [...(await bytes.encode(whole.slice())).embedding], [...expected], 1e-4);
  const beyond = await bytes.encode(whole.map((value) => (value > 127 ? 300 : -7.2)));
  const clamped = await plain.encode(whole.map((value) => (value > 127 ? 255 : 0)));
  near(t, [...beyond.embedding], [...clamped.embedding], 1e-4);
});

/** Weights for other numbers of channels. */
function zeros(channels: number): ReturnType<typeof constant> {
  return constant('w', [channels, 4], new Float32Array(channels * 4));
}

const one = BigInt64Array.of(1n, -1n);
const refusals: readonly (readonly [string, ColourChanges, RegExp])[] = [
  [
    'the first row only',
    {
      after: [node('Gather', ['z', 'first'], 'y', { axis: 0 })],
      constants: [constant('first', [1], BigInt64Array.of(0n))],
    },
    /returned 1 row for 2 images in output `y` \(\[1, 4\]\).*free batch axis/,
  ],
  [
    'the mean of the batch',
    { after: [node('ReduceMean', ['z'], 'y', { axes: [0], keepdims: 1 })], output: [1, 4] },
    /returned 1 row for 2 images/,
  ],
  [
    'each row twice',
    { after: [node('Concat', ['z', 'z'], 'y', { axis: 0 })] },
    /returned 4 rows for 2 images/,
  ],
  [
    'columns for rows',
    { after: [node('Transpose', ['z'], 'y')] },
    /returned 4 rows for 2 images in output `y` \(\[4, 2\]\)/,
  ],
  [
    'one row by a reshape that was traced with one image',
    {
      after: [node('Reshape', ['z', 'to'], 'y')],
      constants: [constant('to', [2], one)],
      output: ['n', 4],
    },
    /returned 1 row for 2 images/,
  ],
  [
    'one image only',
    {
      after: [node('Reshape', ['z', 'to'], 'y')],
      constants: [constant('to', [2], BigInt64Array.of(1n, 4n))],
    },
    /runs one image and fails with two: its batch axis is free by name only.*free batch axis/,
  ],
  [
    'a number for each image',
    { after: [node('ReduceMean', ['z'], 'y', { axes: [1], keepdims: 0 })] },
    /\[2\] for 2 images: one number of an image is no vector/,
  ],
  [
    'whole numbers',
    { after: cast(onnx.int64), outputType: onnx.int64 },
    /output `y` of the model to be float32, float16 or float64, got int64/,
  ],
  [
    'bfloat16',
    { after: cast(onnx.bfloat16), outputType: onnx.bfloat16 },
    /bfloat16: export the model in float32 or float16/,
  ],
  ['whole numbers as images', { inputType: onnx.int64 }, /input `x` .* uint8, got int64/],
  [
    'random numbers',
    { after: [node('RandomNormalLike', ['z'], 'y')] },
    /other vectors for the same image .* evaluation mode/,
  ],
  [
    'random numbers, for one image at a time',
    { input: [1, 3, colourSide, colourSide], after: [node('RandomNormalLike', ['z'], 'y')] },
    /other vectors for the same image .* evaluation mode/,
  ],
  [
    'a little noise',
    {
      after: [
        node('RandomNormalLike', ['z'], 'noise'),
        node('Mul', ['noise', 'little'], 'some'),
        node('Add', ['z', 'some'], 'y'),
      ],
      constants: [constant('little', [1], Float32Array.of(5e-4))],
    },
    /other vectors for the same image .* evaluation mode/,
  ],
  [
    'grey images',
    { input: ['n', 1, colourSide, colourSide], weights: zeros(1) },
    /only images of three channels/,
  ],
  ['sides that differ', { input: ['n', 3, colourSide, 8] }, /only square images are made/],
  ['another size', { input: ['n', 3, 8, 8] }, /is `imageSize` in its sidecar another\?/],
  ['a list', { input: ['n', 3] }, /images have four dimensions/],
  ['an opset of tomorrow', { opset: 99 }, /network: ONNX Runtime only.*Opset 99.*earlier version/],
  ['a format of tomorrow', { irVersion: 99 }, /network: Unsupported model IR version: 99/],
  ['an unknown operator', { after: [node('Magic', ['z'], 'y')] }, /Magic.*standard operators/],
  [
    'weights in a file, where only its bytes are given',
    { weights: externalConstant('w', [3, 4], { location: 'w.bin' }) },
    /got `w` in the file `w\.bin`: give the path of the model/,
  ],
];

for (const [what, changes, message] of refusals) {
  test(`refuses a model of ${what}`, async (t) => {
    await t.throwsAsync(open(t, colourModel(changes)), { name: 'PipelineError', message });
  });
}

test('rows are checked at every batch, not only when a model is tried', async (t) => {
  // As many rows as images up to four of them, and four for eight.
  const session = await open(
    t,
    colourModel({
      after: [node('Slice', ['z', 'from', 'to'], 'y')],
      constants: [
        constant('from', [1], BigInt64Array.of(0n)),
        constant('to', [1], BigInt64Array.of(4n)),
      ],
    }),
  );
  await t.throwsAsync(vectors(session, 8), {
    code: 'ERR_SHAPE',
    message: /returned 4 rows for 8 images/,
  });
});

for (const batch of ['n', 5] as const) {
  test(`vectors that depend on the batch (of ${batch}) are made one by one, and that is told`, async (t) => {
    const session = await open(
      t,
      colourModel({
        input: [batch, 3, colourSide, colourSide],
        after: [
          node('ReduceMean', ['z'], 'm', { axes: [0], keepdims: 1 }),
          node('Add', ['z', 'm'], 'y'),
        ],
      }),
    );
    t.regex(session.notes.join('\n'), /depends on the other images of its batch.*one at a time/);
    const [alone, together] = [await vectors(session, 1), await vectors(session, 6)];
    t.deepEqual(together.subarray(0, 4), alone);
  });
}

for (const batch of ['n', 5] as const) {
  test(`vectors that depend on the images before them (in a batch of ${batch}) are made one by one`, async (t) => {
    // The first image by itself and in front of another has the same vector.
    const session = await open(
      t,
      colourModel({
        input: [batch, 3, colourSide, colourSide],
        after: [node('CumSum', ['z', 'axis'], 'y')],
        constants: [constant('axis', [1], BigInt64Array.of(0n))],
      }),
    );
    t.regex(session.notes.join('\n'), /depends on the other images of its batch/);
    const plain = await open(t, colourModel());
    near(t, [...(await vectors(session, 6))], [...(await vectors(plain, 6))], 1e-6);
  });
}

test('the same vector for two images is told', async (t) => {
  const session = await open(t, colourModel({ after: [node('Sub', ['z', 'z'], 'y')] }));
  t.regex(session.notes.join('\n'), /two different images the same vector/);
  t.deepEqual((await open(t, colourModel())).notes, []);
});

for (const [dims, layout, isTold] of [
  [['n', 'num_channels', 'height', 'width'], 'NCHW', false],
  [['n', 'height', 'width', 'channels'], 'NHWC', false],
  [['a', 'b', 'c', 'd'], 'NCHW', true],
] as const) {
  test(`[${dims.join(', ')}] is taken for ${layout}${isTold ? ', which is told' : ''}`, async (t) => {
    const weights = layout === 'NHWC' ? { weights: zeros(colourSide) } : {};
    const session = await open(t, colourModel({ input: dims, ...weights }));
    t.is(session.ports.layout, layout);
    t.is(/NCHW is taken/.test(session.notes.join('\n')), isTold);
  });
}
