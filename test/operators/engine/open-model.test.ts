import fs from 'node:fs/promises';
import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import type { ModelSpec } from '../../../operators/engine/interface/engine.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { fixturePath } from '../../helpers/model-fixtures.ts';
import { near, normalValues } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

async function modelOf(name: string): Promise<Uint8Array> {
  return await fs.readFile(fixturePath(name));
}

// Each model has a thread of its own, and they would only wait for each other.
const shared = await openOnnxEngine({ threads: 1 });
test.after.always(() => shared.close());

/** Runs `rows` images through a model of the fixtures. */
async function run(name: string, rows: number, spec: Omit<ModelSpec, 'model'> = {}) {
  const model = await modelOf(name);
  const session = await shared.openModel({ model, ...spec }, { rows, imageSize: 32 });
  const pixels = normalValues(rows * 32 * 32 * 3, 1);
  const encoded = await session.run(Float32Array.from(pixels));
  await session.close();
  return { session, rows: encoded };
}

test.serial('the only output is the embedding', async (t) => {
  const { session, rows } = await run('resnet.onnx', 2);
  t.like(session, { rows: 2, imageSize: 32, layout: 'NCHW', embeddingSize: 12, projectionSize: 0 });
  t.deepEqual(session.ports, {
    input: 'pixel_values',
    inputType: 'float32',
    layout: 'NCHW',
    fixedRows: null,
    embedding: { name: 'features' },
    projection: null,
  });
  t.is(rows.embedding.length, 24);
  t.is(rows.projection.length, 0);
});

test.serial(
  'a model for a fixed number of rows gives the same, the last rows padded',
  async (t) => {
    const free = await run('resnet.onnx', 8);
    const fixed = await run('resnet-of-3.onnx', 8);
    t.is(fixed.session.ports.fixedRows, 3);
    // The same kernels on other numbers of rows.
    near(t, [...fixed.rows.embedding], [...free.rows.embedding], 1e-6);
  },
);

test.serial('tokens are pooled: the first, or the mean of all', async (t) => {
  const outputs = (pooling: 'cls' | 'mean') => ({
    outputs: { embedding: { name: 'last_hidden_state', pooling } },
  });
  const [first, mean] = [
    await run('clip.onnx', 3, outputs('cls')),
    await run('clip.onnx', 3, outputs('mean')),
  ];
  t.is(first.session.embeddingSize, 24);
  t.is(mean.session.embeddingSize, 24);
  t.notDeepEqual(first.rows.embedding, mean.rows.embedding);
});

test.serial('names of Hugging Face are understood, and vectors brought to length 1', async (t) => {
  const { session, rows } = await run('clip.onnx', 2);
  t.is(session.embeddingSize, 0);
  t.is(session.projectionSize, 16);
  const raw = await run('clip.onnx', 2, { outputs: { projection: { name: 'image_embeds' } } });
  for (const row of [0, 1]) {
    const vector = rows.projection.subarray(row * 16, row * 16 + 16);
    const long = raw.rows.projection.subarray(row * 16, row * 16 + 16);
    near(t, [Math.hypot(...vector)], [1], 1e-6);
    near(
      t,
      [...vector],
      [...long].map((value) => value / Math.hypot(...long)),
      1e-6,
    );
  }
});

const refusals: readonly (readonly [
  what: string,
  name: string,
  spec: Omit<ModelSpec, 'model'>,
  code: string,
  message: RegExp,
])[] = [
  [
    'an output that is not there',
    'clip.onnx',
    { outputs: { embedding: { name: 'feature' } } },
    'ERR_CONFIG',
    /output `feature` for `embedding`; the model has `last_hidden_state` \(float32 \[batch, 17, 24\]\), `image_embeds`/,
  ],
  [
    'an input that is not there',
    'resnet.onnx',
    { input: 'x' },
    'ERR_CONFIG',
    /input `x`; the model has `pixel_values` \(float32 \[batch, 3, 32, 32\]\)/,
  ],
  ['no output at all', 'resnet.onnx', { outputs: {} }, 'ERR_CONFIG', /to name the output that is/],
  [
    'another layout',
    'resnet.onnx',
    { layout: 'NHWC' },
    'ERR_SHAPE',
    /NHWC images of 3 channels and 32 × 32 pixels, got the shape \[batch, 3, 32, 32\]/,
  ],
  [
    'tokens without pooling',
    'clip.onnx',
    { outputs: { embedding: { name: 'last_hidden_state' } } },
    'ERR_SHAPE',
    /`last_hidden_state` of the model, which is \[2, 17, 24\] for 2 images: say with `pooling`/,
  ],
  [
    'pooling of vectors',
    'resnet.onnx',
    { outputs: { embedding: { name: 'features', pooling: 'mean' } } },
    'ERR_SHAPE',
    /nothing to pool/,
  ],
];

for (const [what, name, spec, code, message] of refusals) {
  test.serial(`refuses ${what}`, async (t) => {
    await t.throwsAsync(run(name, 2, spec), { code, message });
  });
}

test.serial('refuses another image size and what is no model', async (t) => {
  const model = await modelOf('resnet.onnx');
  await t.throwsAsync(shared.openModel({ model }, { rows: 2, imageSize: 64 }), {
    code: 'ERR_SHAPE',
    message: /64 × 64 pixels, got the shape \[batch, 3, 32, 32\]/,
  });
  await t.throwsAsync(
    shared.openModel({ model: model.subarray(0, 99) }, { rows: 2, imageSize: 32 }),
    {
      code: 'ERR_FORMAT',
      message: /cut short: .* it is to be of at least \d+ bytes, and it has 99/,
    },
  );
});

test.serial('the cpu engine refuses model files', async (t) => {
  const engine = await opened(t, openCpuEngine());
  const model = await modelOf('resnet.onnx');
  await t.throwsAsync(engine.openModel({ model }, { rows: 2, imageSize: 32 }), {
    code: 'ERR_ENGINE',
    message: /not ONNX files: use `engine: onnx`/,
  });
});
