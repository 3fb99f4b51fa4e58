import test from 'ava';
import { fromHuggingFace } from '../../../outputs/model/hugging-face-preprocessing.ts';
import { imageProcessors, refusals } from '../../../outputs/model/image-processors.ts';
import { normalisationNotes } from '../../../outputs/model/preprocessing-notes.ts';

const half = [0.5, 0.5, 0.5];
const square = { size: { height: 16, width: 16 } };
const numbers = { image_mean: half, image_std: [0.5, 0.25, 0.2], rescale_factor: 1 / 255 };

function fieldsOf(config: object): Readonly<Record<string, unknown>> {
  return fromHuggingFace(config as Readonly<Record<string, unknown>>).fields;
}

function notesOf(config: object): readonly string[] {
  return fromHuggingFace(config as Readonly<Record<string, unknown>>).notes;
}

test('every image processor is done by its defaults or refused by its name and a reason', (t) => {
  for (const [name, entry] of Object.entries(imageProcessors)) {
    const type = { image_processor_type: name };
    if ('refused' in entry) {
      const { message } = t.throws(() => fieldsOf(type));
      t.true(message.startsWith(`\`${name}\` is not supported: it ${refusals[entry.refused]}`));
    } else if (entry.besides === 'timm') {
      t.throws(() => fieldsOf(type), { message: /`pretrained_cfg`/u });
    } else {
      t.like(fieldsOf(type), { middle: 'transformers-5', channels: fieldsOf(type)['channels'] });
    }
  }
});

test('a type has its defaults, whether it ends in Fast, Pil or was a FeatureExtractor', (t) => {
  const expected = fieldsOf({ image_processor_type: 'CLIPImageProcessor' });
  t.like(expected, { imageSize: 224, resize: { shorterSide: 224 }, interpolation: 'bicubic' });
  t.deepEqual(fieldsOf({ image_processor_type: 'CLIPImageProcessorFast' }), expected);
  t.deepEqual(fieldsOf({ image_processor_type: 'CLIPImageProcessorPil' }), expected);
  t.deepEqual(fieldsOf({ feature_extractor_type: 'CLIPFeatureExtractor' }), expected);
});

// By hand, from the formulas that the processors have in transformers 5.24.
for (const [name, config, expected] of [
  [
    'MobileViT gives blue first and is not normalised',
    { image_processor_type: 'MobileViTImageProcessor', ...square, crop_size: 16, ...numbers },
    { channels: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] },
  ],
  [
    'MobileViT may give red first',
    { image_processor_type: 'MobileViTImageProcessor', do_flip_channel_order: false },
    { channels: 'rgb' },
  ],
  [
    'LayoutLMv2 gives bytes, blue first',
    { image_processor_type: 'LayoutLMv2ImageProcessor' },
    { channels: 'bgr', rescale: 1, mean: [0, 0, 0] },
  ],
  [
    'an EfficientNet divides by its deviation twice',
    { image_processor_type: 'EfficientNetImageProcessor', ...square, ...numbers },
    { mean: half, std: [0.25, 0.0625, 0.2 * 0.2] },
  ],
  [
    'an EfficientNet without its top divides once',
    {
      image_processor_type: 'EfficientNetImageProcessor',
      ...square,
      ...numbers,
      include_top: false,
    },
    { mean: half, std: [0.5, 0.25, 0.2] },
  ],
  [
    'an EfficientNet may subtract 1 before its mean',
    {
      image_processor_type: 'EfficientNetImageProcessor',
      ...square,
      ...numbers,
      rescale_offset: true,
      include_top: false,
    },
    { mean: [1.5, 1.5, 1.5] },
  ],
  [
    'a ConvNeXT below 384 crops a share',
    { image_processor_type: 'ConvNextImageProcessor', size: 224, crop_pct: 0.95 },
    { imageSize: 224, resize: { shorterSide: 235 } },
  ],
  [
    'a ConvNeXT from 384 on squashes',
    { image_processor_type: 'ConvNextImageProcessor', size: 384, crop_pct: 0.95 },
    { imageSize: 384, resize: { squash: 384 } },
  ],
  [
    'a PoolFormer crops a share',
    { image_processor_type: 'PoolFormerImageProcessor', crop_pct: 0.95 },
    { imageSize: 224, resize: { shorterSide: 235 } },
  ],
  [
    'a LeViT resizes to 256 for 224',
    { image_processor_type: 'LevitImageProcessor' },
    { imageSize: 224, resize: { shorterSide: 256 } },
  ],
  [
    'a crop may be larger than what was resized',
    { image_processor_type: 'CLIPImageProcessor', size: 20, crop_size: 32 },
    { imageSize: 32, resize: { shorterSide: 20 } },
  ],
  [
    'DINOv3 resizes fractions',
    { image_processor_type: 'DINOv3ViTImageProcessorFast' },
    { rounding: 'none-torch' },
  ],
  [
    'bytes may be normalised as they are',
    { image_processor_type: 'ViTImageProcessor', do_rescale: false, image_mean: 120 },
    { rescale: 1, mean: [120, 120, 120] },
  ],
  [
    'pixels may stay as they are',
    { image_processor_type: 'ViTImageProcessor', do_normalize: false, resample: 0 },
    { interpolation: 'nearest', mean: [0, 0, 0], std: [1, 1, 1] },
  ],
  [
    'Lanczos is Pillow’s 1',
    { ...square, ...numbers, resample: 1 },
    { interpolation: 'lanczos', resize: { squash: 16 } },
  ],
  [
    'a model of timm says it in its configuration',
    { pretrained_cfg: { input_size: [3, 96, 96], crop_pct: 0.9, mean: half, std: half } },
    {
      imageSize: 96,
      resize: { shorterSide: 106 },
      interpolation: 'bicubic',
      rounding: '8bit',
      middle: 'torchvision',
    },
  ],
] as const) {
  test(name, (t) => {
    t.like(fieldsOf(config), expected as never);
  });
}

for (const [config, message] of [
  [
    { image_processor_type: 'CLIPImageProcesor' },
    /`CLIPImageProcesor` is not known; did you mean `CLIPImageProcessor`/u,
  ],
  [
    { image_processor_type: 'Qwen2VLImageProcessorFast' },
    /`Qwen2VLImageProcessorFast` is not supported: it makes sequences/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', do_flip_channel_order: true },
    /`do_flip_channel_order` of `ViTImage/u,
  ],
  [{ ...square, ...numbers, include_top: true }, /`include_top` without `image_processor_type`/u],
  [{ image_processor_type: 'ViTImageProcessor', do_sharpen: true }, /`do_sharpen` of/u],
  [
    { image_processor_type: 'ViTImageProcessor', do_sharpen: 'yes' },
    /`do_sharpen` to be `true` or `false`, got the text `yes`/u,
  ],
  [{ image_processor_type: 'LlavaImageProcessor', do_pad: true }, /`do_pad` of/u],
  [
    { image_processor_type: 'GotOcr2ImageProcessor', crop_to_patches: true },
    /`crop_to_patches` of/u,
  ],
  [{ image_processor_type: 'ViTImageProcessor', crop_pct: 0.9 }, /`crop_pct` of/u],
  [
    { image_processor_type: 'ViTImageProcessor', size: '224' },
    /`size` to be .* got the text `224`/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', size: { height: 224, width: 160 } },
    /square, got 224 × 160/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', size: { longest_edge: 224 } },
    /`size` with `longest_edge`/u,
  ],
  [{ image_processor_type: 'SiglipImageProcessor', size: 224 }, /`do_center_crop` or `size`/u],
  [
    { image_processor_type: 'CLIPImageProcessor', crop_size: { shortest_edge: 224 } },
    /`crop_size`/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', image_mean: ['0.5', 0.5, 0.5] },
    /`image_mean` to be three numbers/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', rescale_factor: '1/255' },
    /`rescale_factor` to be a number above 0, got the text/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', resample: 9 },
    /`resample` to be a number from 0 to 5/u,
  ],
  [
    { image_processor_type: 'ViTImageProcessor', resample: 4 },
    /`resample` 4 \(box\) is Pillow’s alone/u,
  ],
  [{ image_processor_type: 'DPTImageProcessor', ensure_multiple_of: 14 }, /`ensure_multiple_of`/u],
  [{ ...square, image_std: half }, /`image_mean` to be three numbers.* got nothing/u],
  [numbers, /`size` to be .* got nothing/u],
  [{ pretrained_cfg: { crop_mode: 'border' } }, /`crop_mode` to be `center` or `squash`/u],
  [{ pretrained_cfg: { input_size: [3, 224, 160] } }, /`input_size`/u],
] as const) {
  test(`refuses ${JSON.stringify(config)}`, (t) => {
    t.throws(() => fieldsOf(config), { message });
  });
}

test('a null is the default of a number, and off for a switch, which is told', (t) => {
  const type = { image_processor_type: 'ViTImageProcessor' };
  const nulls = { crop_size: null, do_center_crop: null, do_pad: null, image_mean: null };
  t.deepEqual(fieldsOf({ ...type, ...nulls }), fieldsOf(type));
  t.deepEqual(notesOf({ ...type, ...nulls }), []);
  const clip = { image_processor_type: 'CLIPImageProcessor', ...square, do_center_crop: null };
  t.like(fieldsOf(clip), { imageSize: 16, resize: { squash: 16 } });
  t.regex(notesOf(clip).join(), /`do_center_crop` is null, which is off/u);
});

test('what is assumed or not heeded is told', (t) => {
  t.regex(notesOf({ ...square, ...numbers }).join(), /names no `image_processor_type`/u);
  const mobile = { image_processor_type: 'MobileViTImageProcessor', do_normalize: true };
  t.regex(notesOf(mobile).join(), /does not heed `do_normalize`/u);
  t.deepEqual(notesOf({ image_processor_type: 'ViTImageProcessor' }), []);
});

test('numbers of bytes where pixels are fractions, and the reverse, are told', (t) => {
  const bytes = { mean: [123.7, 116.3, 103.5], std: [58.4, 57.1, 57.4] } as const;
  const fractions = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
  t.regex(
    normalisationNotes({ rescale: 1 / 255, ...bytes }).join(),
    /rescaled to 0 to 1, and `mean`/u,
  );
  t.regex(normalisationNotes({ rescale: 1, ...fractions }).join(), /pixels in 0 to 255/u);
  t.deepEqual(normalisationNotes({ rescale: 1, ...bytes }), []);
  t.deepEqual(normalisationNotes({ rescale: 0.0039, ...fractions }), []);
  t.deepEqual(normalisationNotes({ rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] }), []);
  t.deepEqual(normalisationNotes({ rescale: 0.0078, mean: [1, 1, 1], std: [1, 1, 1] }), []);
});
