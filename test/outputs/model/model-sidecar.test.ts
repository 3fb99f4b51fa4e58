import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findModelSidecar, readModelSidecar } from '../../../outputs/model/model-sidecar.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function read(t: ExecutionContext, own: object | undefined, theirs?: object) {
  const folder = await temporaryFolder(t);
  const write = async (name: string, value: object | undefined): Promise<void> => {
    if (value !== undefined) await fs.writeFile(path.join(folder, name), JSON.stringify(value));
  };
  await write('net.json', own);
  await write('preprocessor_config.json', theirs);
  return await readModelSidecar(path.join(folder, 'net.onnx'));
}

const needed = {
  imageSize: 224,
  resize: { shorterSide: 256 },
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.2, 0.2],
};

test('what is not said is as for torchvision', async (t) => {
  t.deepEqual(await read(t, needed), {
    ...needed,
    interpolation: 'bilinear',
    rounding: '8bit',
    middle: 'torchvision',
    rescale: 1 / 255,
    channels: 'rgb',
    shrinkOnLoad: false,
  } as never);
});

test('an output may be its name alone', async (t) => {
  const outputs = { embedding: 'pooled', projection: { name: 'z', normalize: true } };
  const sidecar = await read(t, { ...needed, outputs });
  t.deepEqual(sidecar.outputs, {
    embedding: { name: 'pooled' },
    projection: { name: 'z', normalize: true },
  });
});

test('without a sidecar the message says what to write', async (t) => {
  await t.throwsAsync(read(t, undefined), {
    code: 'ERR_CONFIG',
    message:
      /net\.json` to say how .* write \{"imageSize":224,"resize":\{"shorterSide":256\},"mean"/,
  });
});

for (const [changes, message] of [
  [{ imageSze: 1 }, /no field `imageSze`; did you mean `imageSize`\?/],
  [
    { imageSize: { height: 3, width: 4 } },
    /expected `imageSize` to be the side .* got `\{"height":3/,
  ],
  [{ resize: 256 }, /expected `resize` to be \{"shorterSide":N\}.* got `256`/],
  [
    { mean: undefined },
    /net\.json` .*: expected `mean` to be three numbers, red first.* \[0\.485,.* got nothing/,
  ],
  [{ std: [0, 1, 1] }, /`std` of the preprocessing to be above 0/],
  [{ mean: [0.5] }, /expected `mean` to be .* got `\[0\.5\]`/],
  [{ outputs: { feature: 'x' } }, /no field `outputs\.feature`, only outputs\.embedding/],
  [{ outputs: { embedding: 7 } }, /`outputs\.embedding` to be the name of an output/],
] as const) {
  test(`refuses ${JSON.stringify(changes)}`, async (t) => {
    const error = await t.throwsAsync(read(t, { ...needed, ...changes }), { message });
    t.like(error, { code: 'ERR_CONFIG' });
  });
}

const half = [0.5, 0.5, 0.5];
// As published with openai/clip-vit-base-patch32, google/vit-base-patch16-224, facebook/dinov2-base,
// facebook/convnext-tiny-224 and google/siglip-base-patch16-224.
const processors: readonly (readonly [string, object, object])[] = [
  [
    'CLIP',
    {
      crop_size: 224,
      do_center_crop: true,
      do_normalize: true,
      do_resize: true,
      feature_extractor_type: 'CLIPFeatureExtractor',
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
      resample: 3,
      size: 224,
    },
    { imageSize: 224, resize: { shorterSide: 224 }, interpolation: 'bicubic' },
  ],
  [
    'ViT',
    { do_normalize: true, do_resize: true, image_mean: half, image_std: half, size: 224 },
    { imageSize: 224, resize: { squash: 224 }, interpolation: 'bilinear' },
  ],
  [
    'DINOv2',
    {
      crop_size: { height: 224, width: 224 },
      do_center_crop: true,
      do_convert_rgb: true,
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      image_mean: [0.485, 0.456, 0.406],
      image_processor_type: 'BitImageProcessor',
      image_std: [0.229, 0.224, 0.225],
      resample: 3,
      rescale_factor: 0.00392156862745098,
      size: { shortest_edge: 256 },
    },
    { imageSize: 224, resize: { shorterSide: 256 }, interpolation: 'bicubic' },
  ],
  [
    'ConvNeXT',
    {
      crop_pct: 0.875,
      do_normalize: true,
      do_resize: true,
      feature_extractor_type: 'ConvNextFeatureExtractor',
      image_mean: half,
      image_std: half,
      resample: 3,
      size: 224,
    },
    { imageSize: 224, resize: { shorterSide: 256 }, interpolation: 'bicubic' },
  ],
  [
    'SigLIP',
    {
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      image_mean: half,
      image_processor_type: 'SiglipImageProcessor',
      image_std: half,
      resample: 3,
      size: { height: 224, width: 224 },
    },
    { imageSize: 224, resize: { squash: 224 }, interpolation: 'bicubic' },
  ],
];

for (const [name, config, expected] of processors) {
  test(`understands the processor of ${name}`, async (t) => {
    const common = { rounding: '8bit-torch', middle: 'transformers-5', rescale: 1 / 255 };
    t.like(await read(t, undefined, config), { ...common, ...expected } as never);
  });
}

test('own fields come before those of the processor', async (t) => {
  const [, config] = processors[2]!;
  const sidecar = await read(t, { outputs: { embedding: { name: 'h', pooling: 'cls' } } }, config);
  t.is(sidecar.imageSize, 224);
  t.deepEqual(sidecar.outputs?.embedding, { name: 'h', pooling: 'cls' });
});

for (const [changes, message] of [
  [{ resample: 5 }, /`resample` 5 \(hamming\) is Pillow’s alone/],
  [{ size: { height: 224, width: 160 } }, /square, got 224 × 160/],
  [{ size: { shortest_edge: 224 } }, /do_center_crop/],
  [{ size: { longest_edge: 224 } }, /size/],
  [{ do_pad: true }, /`do_pad` of `SiglipImageProcessor` is not supported/],
  [{ image_mean: [0.5] }, /`image_mean`/],
] as const) {
  test(`refuses a processor with ${JSON.stringify(changes)}`, async (t) => {
    const [, config] = processors[4]!;
    const error = await t.throwsAsync(read(t, undefined, { ...config, ...changes }), { message });
    t.like(error, { code: 'ERR_CONFIG' });
  });
}

/** Writes files below a folder, and finds the sidecar of the model in it. */
async function found(t: ExecutionContext, model: string, files: Readonly<Record<string, object>>) {
  const folder = await temporaryFolder(t);
  for (const [name, value] of Object.entries(files)) {
    const file = path.join(folder, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, JSON.stringify(value));
  }
  const { sidecar, processor } = await findModelSidecar(path.join(folder, model));
  return { sidecar, file: processor && path.relative(folder, processor) };
}

const [, vit] = processors[1]!;

for (const [title, model, files, expected] of [
  [
    'one folder up, as beside `onnx/`',
    'repository/onnx/vision_model_quantized.onnx',
    { 'repository/preprocessor_config.json': vit },
    'repository/preprocessor_config.json',
  ],
  [
    'in the section of a processor_config.json',
    'onnx/model.onnx',
    { 'processor_config.json': { image_processor: vit, processor_class: 'CLIPProcessor' } },
    'processor_config.json',
  ],
  [
    'beside the model before one folder up',
    'onnx/model.onnx',
    { 'preprocessor_config.json': {}, 'onnx/processor_config.json': { image_processor: vit } },
    'onnx/processor_config.json',
  ],
  [
    'when an own sidecar says only a part',
    'onnx/model.onnx',
    { 'onnx/model.json': { outputs: { embedding: 'y' } }, 'preprocessor_config.json': vit },
    'preprocessor_config.json',
  ],
  [
    'not at all one folder up of a whole sidecar',
    'onnx/model.onnx',
    { 'onnx/model.json': needed, 'preprocessor_config.json': { do_pad: true } },
    undefined,
  ],
] as const) {
  test(`a processor is found ${title}`, async (t) => {
    const { sidecar, file } = await found(t, model, files);
    t.is(file, expected);
    t.is(sidecar.imageSize, 224);
  });
}

test('a processor that is not understood is left out, with a note, when the sidecar says all', async (t) => {
  const folder = await temporaryFolder(t);
  const write = async (name: string, value: object): Promise<void> => {
    await fs.writeFile(path.join(folder, name), JSON.stringify(value));
  };
  await write('preprocessor_config.json', { image_processor_type: 'Qwen2VLImageProcessor' });
  await write('net.json', { layout: 'NCHW' });
  const model = path.join(folder, 'net.onnx');
  const { message } = await t.throwsAsync(findModelSidecar(model));
  t.regex(message, /preprocessor_config\.json` is not understood: `Qwen2VLImageProcessor` is not/u);
  await write('net.json', needed);
  const { sidecar, notes } = await findModelSidecar(model);
  t.is(sidecar.middle, 'torchvision');
  t.regex(notes.join(), /preprocessor_config\.json` is left out: `Qwen2VLImageProcessor`/u);
});

test('the configuration of a model of timm is taken, and that of another model is not', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'config.json');
  const model = path.join(folder, 'net.onnx');
  await fs.writeFile(file, JSON.stringify({ pretrained_cfg: { input_size: [3, 64, 64] } }));
  const { sidecar, processor } = await findModelSidecar(model);
  t.like(sidecar, { imageSize: 64, resize: { shorterSide: 73 }, rounding: '8bit' });
  t.is(processor, file);
  await fs.writeFile(file, JSON.stringify({ model_type: 'vit' }));
  await t.throwsAsync(findModelSidecar(model), { message: /there is none/u });
});
