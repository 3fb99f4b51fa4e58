import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom } from 'rxjs';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { embed } from '../../pipeline/embed.ts';
import type { EmbedOptions } from '../../pipeline/options/embed-options.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import {
  clipSidecar,
  fixtureImages,
  fixturePath,
  imagenetSidecar,
  readModelFixtures,
} from '../helpers/model-fixtures.ts';
import {
  colourModel,
  colourSide,
  colourWeights,
  type ColourChanges,
  externalConstant,
  node,
  onnx,
} from '../helpers/onnx-models.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { near } from '../helpers/tensors.ts';

/** A folder with the images of the fixtures and one model of theirs with its sidecar. */
async function opened(
  t: ExecutionContext,
  name: string,
  sidecar: object,
): Promise<{ folder: string; data: string; model: string }> {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await fs.mkdir(data);
  for (const image of fixtureImages) {
    await fs.copyFile(fixturePath(image), path.join(data, image));
  }
  const model = path.join(folder, 'model.onnx');
  await fs.copyFile(fixturePath(name), model);
  await fs.writeFile(path.join(folder, 'model.json'), JSON.stringify(sidecar));
  return { folder, data, model };
}

/** Exports; layer → id → vector. */
async function vectorsOf(options: EmbedOptions) {
  const run = embed(options);
  await lastValueFrom(run.output$);
  await run.closed;
  const reader = await openEmbeddings(options.out);
  const vectors: Record<'embedding' | 'projection', Record<string, number[]>> = {
    embedding: {},
    projection: {},
  };
  for await (const block of reader.blocks()) {
    for (const layer of ['embedding', 'projection'] as const) {
      const values = block[layer];
      if (values === undefined) continue;
      const size = values.length / block.ids.length;
      for (const [row, id] of block.ids.entries()) {
        vectors[layer][id] = [...values.subarray(row * size, (row + 1) * size)];
      }
    }
  }
  return { vectors, manifest: reader.manifest };
}

const fixtures = await readModelFixtures();
// Convolutions in another order, in float32; the pixels are the same.
const tolerance = 1e-5;

test.serial('features of a residual network are those of torchvision', async (t) => {
  const { folder, data, model } = await opened(t, 'resnet.onnx', imagenetSidecar);
  const out = path.join(folder, 'out');
  const { vectors, manifest } = await vectorsOf(tinyExport({ data, model, out }));
  for (const image of fixtureImages) {
    near(t, vectors.embedding[image]!, fixtures.features.resnet[image]!, tolerance, image);
  }
  t.deepEqual(manifest.layers, { embedding: 12 }, '`both` are all that the model gives');
  t.like(manifest.model, { file: 'model.onnx', input: 'pixel_values' });
  t.like(manifest.preprocessing, { ...imagenetSidecar, rounding: '8bit', layout: 'NCHW' } as never);
});

test.serial(
  'features of a transformer are those of torch: projection, first token, mean',
  async (t) => {
    const { folder, data, model } = await opened(t, 'clip.onnx', {
      ...clipSidecar,
      outputs: {
        embedding: { name: 'last_hidden_state', pooling: 'cls' },
        projection: { name: 'image_embeds', normalize: true },
      },
    });
    const out = path.join(folder, 'out');
    const { vectors } = await vectorsOf(tinyExport({ data, model, out }));
    for (const image of fixtureImages) {
      near(t, vectors.projection[image]!, fixtures.features.clip[image]!, tolerance, image);
      near(t, vectors.embedding[image]!, fixtures.features.tokens[image]!.cls, tolerance, image);
    }
    const outputs = { embedding: { name: 'last_hidden_state', pooling: 'mean' } };
    await fs.writeFile(
      path.join(folder, 'model.json'),
      JSON.stringify({ ...clipSidecar, outputs }),
    );
    const mean = await vectorsOf(tinyExport({ data, model, out: path.join(folder, 'mean') }));
    for (const image of fixtureImages) {
      near(t, mean.vectors.embedding[image]!, fixtures.features.tokens[image]!.mean, tolerance);
    }
  },
);

test.serial('a preprocessor_config.json does as well', async (t) => {
  // The features are of images that Pillow has resized.
  const { folder, data, model } = await opened(t, 'clip.onnx', { rounding: '8bit' });
  const { mean, std } = clipSidecar;
  const config = {
    size: 32,
    crop_size: 32,
    do_center_crop: true,
    resample: 3,
    image_mean: mean,
    image_std: std,
  };
  const file = path.join(folder, 'preprocessor_config.json');
  await fs.writeFile(file, JSON.stringify({ ...config, size: 48, crop_size: 48 }));
  await t.throwsAsync(vectorsOf(tinyExport({ data, model, out: path.join(folder, 'other') })), {
    message: /48 × 48 pixels.*preprocessor_config\.json` says how images are prepared/u,
  });
  await fs.writeFile(file, JSON.stringify(config));
  const out = path.join(folder, 'out');
  const { vectors } = await vectorsOf(tinyExport({ data, model, out }));
  // Where the middle lies half a pixel off, transformers takes another pixel than torchvision.
  near(t, vectors.projection['small.png']!, fixtures.features.clip['small.png']!, tolerance);
});

test.serial('the encoder of a run gives what the run gives', async (t) => {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeImageTree(data, [5, 4]);
  const out = path.join(folder, 'run');
  const run = train(tinyTraining({ data, out, steps: 2 }));
  await lastValueFrom(run.output$);
  await run.closed;
  const [own, file] = [
    await vectorsOf(tinyExport({ data, model: out, out: path.join(folder, 'own') })),
    await vectorsOf(
      tinyExport({ data, model: path.join(out, 'encoder.onnx'), out: path.join(folder, 'file') }),
    ),
  ];
  t.deepEqual(file.vectors, own.vectors);
  t.deepEqual(file.manifest.layers, own.manifest.layers);
  const { layout, ...preprocessing } = own.manifest.preprocessing;
  t.deepEqual(file.manifest.preprocessing, { ...preprocessing, layout: 'NCHW' });
  t.is(layout, 'NHWC');
});

test.serial(
  'a layer that the model does not give is an error that says what it gives',
  async (t) => {
    const { folder, data, model } = await opened(t, 'resnet.onnx', imagenetSidecar);
    const out = path.join(folder, 'out');
    await t.throwsAsync(vectorsOf(tinyExport({ data, model, out, layer: 'projection' })), {
      code: 'ERR_CONFIG',
      message:
        /`layer` to name what .*model\.onnx` gives, which is `embedding` \(12 values\); got `projection`/,
    });
  },
);

test.serial('the cpu engine refuses, and so does a file that is not there', async (t) => {
  const { folder, data, model } = await opened(t, 'resnet.onnx', imagenetSidecar);
  const out = path.join(folder, 'out');
  await t.throwsAsync(vectorsOf(tinyExport({ data, model, out, engine: 'cpu' })), {
    code: 'ERR_ENGINE',
    message: /use `engine: onnx`/,
  });
  await t.throwsAsync(vectorsOf(tinyExport({ data, model: `${out}.onnx`, out })), {
    code: 'ERR_READ',
  });
});

/** A folder with two images, and a model of `test/helpers/onnx-models.ts` with a sidecar. */
async function colours(t: ExecutionContext, changes: ColourChanges) {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeImageTree(data, [2, 2]);
  const model = path.join(folder, 'net.onnx');
  await fs.writeFile(model, colourModel(changes));
  const { mean, std } = imagenetSidecar;
  const sidecar = { imageSize: colourSide, resize: { squash: colourSide }, mean, std };
  await fs.writeFile(path.join(folder, 'net.json'), JSON.stringify(sidecar));
  return { folder, data, model, out: path.join(folder, 'out') };
}

test.serial('with other weights beside the same model an export is not continued', async (t) => {
  const weights = externalConstant('w', [3, 4], { location: 'net.onnx_data' });
  const { folder, data, model, out } = await colours(t, { weights });
  const file = path.join(folder, 'net.onnx_data');
  const args = ['embed', data, '--model', model, '--out', out, '--threads', '1', '--quiet'];
  await fs.writeFile(file, new Uint8Array(colourWeights.buffer));
  t.is((await runCommandLine(args)).exitCode, 0);
  await fs.writeFile(file, new Uint8Array(colourWeights.map((value) => value + 1).buffer));
  const { exitCode, stderr } = await runCommandLine([...args, '--resume']);
  t.is(exitCode, 1);
  t.regex(stderr, /was made with something else: `model\.hash`/);
});

test.serial('what a model is refused for is told once, with its file', async (t) => {
  const after = [node('Transpose', ['z'], 'y')];
  const { data, model, out } = await colours(t, { after });
  const { exitCode, stderr } = await runCommandLine([
    'embed',
    data,
    '--model',
    model,
    '--out',
    out,
  ]);
  t.is(exitCode, 1);
  t.is(stderr.match(/returned 4 rows for 2 images/g)?.length, 1);
  t.true(stderr.includes(`error: Cannot use \`${model}\`: `));
});

test.serial(
  'a model of bytes is given bytes, whatever its sidecar says, and that is told',
  async (t) => {
    const { folder, data, model, out } = await colours(t, { inputType: onnx.uint8 });
    const run = embed(tinyExport({ data, model, out }));
    t.regex((await notesOf(run)).join('\n'), /is uint8, .* `mean` and `std` are not applied/);
    const { vectors, manifest } = await vectorsOf(tinyExport({ data, model, out, resume: true }));
    t.like(manifest.preprocessing, { rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as never);
    // The same by a model of float32 whose sidecar leaves bytes as they are.
    await fs.writeFile(model, colourModel());
    const sidecar = { ...manifest.preprocessing, layout: 'NCHW' };
    await fs.writeFile(path.join(folder, 'net.json'), JSON.stringify(sidecar));
    const plain = await vectorsOf(tinyExport({ data, model, out: path.join(folder, 'plain') }));
    t.deepEqual(vectors, plain.vectors);
  },
);
