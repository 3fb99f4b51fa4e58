import test from 'ava';
import { inputMaker } from '../../../operators/image/make-inputs.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { fromHuggingFace } from '../../../outputs/model/hugging-face-preprocessing.ts';
import { type DoneProcessor, imageProcessors } from '../../../outputs/model/image-processors.ts';
import { parseSidecar, sidecarPreprocessing } from '../../../outputs/model/model-sidecar.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import {
  findTransformers,
  type TransformersHead,
  type TransformersInput,
  transformersInputs,
} from '../../helpers/transformers-inputs.ts';

/** Noise over a gradient, the same everywhere. */
function imageOf(width: number, height: number, seed: number): RgbImage {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const gradient = (at % (width * 3)) / (width * 3) + Math.floor(at / (width * 3)) / height;
    return (gradient * 64 * ((at % 3) + 1) + (state >>> 25)) & 255;
  });
  return { width, height, data };
}

const sizes = [
  [320, 240],
  [240, 321],
  [224, 224],
  [57, 131],
  [40, 40],
  [333, 37],
  [19, 200],
  [513, 511],
  [9, 8],
  [640, 427],
] as const;
const images = sizes.map(([width, height], at) => imageOf(width, height, at + 1));

const named = Object.entries(imageProcessors);
const done = named.filter(
  (entry): entry is [string, DoneProcessor] =>
    !('refused' in entry[1]) && entry[1].besides !== 'timm',
);

// Without words of Tesseract: pixels do not depend on them.
const defaults = done.map(([name]) => ({ image_processor_type: name, apply_ocr: false }));

const square = { height: 32, width: 32 };
const variants: readonly object[] = [
  { image_processor_type: 'ViTImageProcessorFast', size: 48, resample: 3, do_center_crop: null },
  {
    feature_extractor_type: 'ViTFeatureExtractor',
    size: 48,
    do_rescale: false,
    image_mean: [120, 110, 100],
  },
  { image_processor_type: 'ViTImageProcessor', size: [48, 48], do_normalize: false },
  {
    image_processor_type: 'ViTImageProcessor',
    do_rescale: false,
    do_normalize: false,
    resample: 0,
  },
  {
    image_processor_type: 'ViTImageProcessor',
    size: square,
    resample: 1,
    rescale_factor: 1 / 127.5,
  },
  { image_processor_type: 'ViTImageProcessor', image_mean: 0.4, image_std: 0.3, size: square },
  { image_processor_type: 'ViTImageProcessor', do_center_crop: true, crop_size: 40, size: square },
  { image_processor_type: 'CLIPImageProcessor', size: 20, crop_size: 33 },
  { feature_extractor_type: 'CLIPFeatureExtractor', size: 47, crop_size: 32, resample: 2 },
  {
    image_processor_type: 'CLIPImageProcessor',
    do_resize: false,
    crop_size: { height: 64, width: 64 },
  },
  { image_processor_type: 'BitImageProcessor', size: { shortest_edge: 256 }, crop_size: 224 },
  { image_processor_type: 'ConvNextImageProcessor', size: 224 },
  { image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 60 }, crop_pct: 0.95 },
  { image_processor_type: 'PoolFormerImageProcessor', size: 96, crop_size: 96, crop_pct: 0.95 },
  {
    image_processor_type: 'PoolFormerImageProcessor',
    size: square,
    crop_size: square,
    crop_pct: null,
  },
  { image_processor_type: 'LevitImageProcessor', size: square, crop_size: 28 },
  { image_processor_type: 'LevitImageProcessor', size: 100, crop_size: 96 },
  {
    image_processor_type: 'MobileViTImageProcessor',
    do_flip_channel_order: false,
    size: 60,
    crop_size: 64,
  },
  {
    image_processor_type: 'MobileViTImageProcessor',
    size: square,
    do_center_crop: false,
    do_normalize: true,
  },
  ...[true, false].flatMap((rescale_offset) =>
    [true, false].flatMap((include_top) =>
      [true, false].map((do_normalize) => ({
        image_processor_type: 'EfficientNetImageProcessor',
        size: square,
        rescale_factor: 1 / 127.5,
        rescale_offset,
        include_top,
        do_normalize,
      })),
    ),
  ),
  {
    image_processor_type: 'EfficientNetImageProcessor',
    do_center_crop: true,
    size: 60,
    crop_size: 48,
  },
  {
    image_processor_type: 'EfficientNetImageProcessor',
    size: square,
    do_rescale: false,
    rescale_offset: true,
  },
  { image_processor_type: 'DINOv3ViTImageProcessorFast', size: square, resample: 3 },
  { image_processor_type: 'DINOv3ViTImageProcessorFast', size: square, resample: 0 },
  {
    image_processor_type: 'DINOv3ViTImageProcessorFast',
    size: 40,
    do_center_crop: true,
    crop_size: 45,
  },
  {
    image_processor_type: 'SegformerImageProcessor',
    size: square,
    do_center_crop: true,
    crop_size: 16,
  },
  { image_processor_type: 'IdeficsImageProcessor', image_size: 32 },
  {
    image_processor_type: 'DPTImageProcessor',
    size: 28,
    ensure_multiple_of: 14,
    do_center_crop: false,
  },
];

const timm = ['bilinear', 'bicubic', 'lanczos', 'box', 'hamming', 'nearest'].map(
  (interpolation) => ({
    architecture: 'resnet18',
    num_classes: 10,
    pretrained_cfg: { input_size: [3, 64, 64], interpolation, crop_pct: 0.9, crop_mode: 'center' },
  }),
);

const nulls = { do_center_crop: null, crop_size: null, do_pad: null, data_format: null };
const withNulls: readonly object[] = [
  { image_processor_type: 'CLIPImageProcessor', size: square, ...nulls },
  { image_processor_type: 'CLIPImageProcessor', size: 32, crop_size: 32, do_normalize: null },
  { image_processor_type: 'ViTImageProcessorFast', size: square, ...nulls, do_convert_rgb: null },
];

const found = findTransformers();
const cases = [...defaults, ...variants, ...withNulls, ...timm];

/** Largest difference of our input from theirs, of values above 1 as a share of them. */
function differenceOf(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Infinity;
  let most = 0;
  for (let at = 0; at < ours.length; at += 1) {
    const apart = Math.abs(ours[at]! - theirs[at]!) / Math.max(1, Math.abs(theirs[at]!));
    if (!(apart <= most)) most = apart;
  }
  return most;
}

function ourInput(config: object, image: RgbImage): Float32Array {
  const { fields } = fromHuggingFace(config as Readonly<Record<string, unknown>>);
  const preprocessing = sidecarPreprocessing(parseSidecar(fields), 'NCHW');
  const input = new Float32Array(preprocessing.imageSize ** 2 * 3);
  inputMaker(preprocessing).make(image, input, 0);
  return input;
}

test('inputs equal those of every image processor of transformers that is not refused', async (t) => {
  if ('missing' in found) {
    t.log(`not run: ${found.missing}`);
    t.pass();
    return;
  }
  t.timeout(600_000);
  const answers = transformersInputs(found.python, await temporaryFolder(t), images, cases);
  const head = (await answers.next()).value as TransformersHead;
  t.log(JSON.stringify(head.versions));
  const apart: string[] = [];
  for (const config of cases) {
    let most = 0;
    for (const image of images) {
      const theirs = (await answers.next()).value as TransformersInput;
      if (theirs instanceof Float32Array) {
        most = Math.max(most, differenceOf(ourInput(config, image), theirs));
      } else {
        apart.push(`${theirs.error} ${JSON.stringify(config)}`);
      }
    }
    t.log(`${most.toExponential(1)} ${JSON.stringify(config)}`);
    if (!(most <= 1e-5)) apart.push(`${most} apart: ${JSON.stringify(config)}`);
  }
  await answers.return();
  t.deepEqual(apart, []);
  t.deepEqual(unlisted(head), [], 'image processors that our table does not name');
});

function unlisted({ processors }: TransformersHead): readonly string[] {
  return Object.keys(processors).filter((name) => !(name.replace(/Pil$/u, '') in imageProcessors));
}
