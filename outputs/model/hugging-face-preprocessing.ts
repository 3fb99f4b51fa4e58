import { z } from 'zod';

/**
 * Preprocessing of a `preprocessor_config.json` of Hugging Face's transformers, in the fields of our sidecar.
 *
 * Understood are the image processors that resize, crop the middle, rescale and normalise: those of CLIP, SigLIP, ViT, DeiT,
 * BiT (DINOv2) and ConvNeXT. What else a processor may do is refused, not left out.
 *
 * @throws {Error} Saying what is not understood.
 * @see https://github.com/huggingface/transformers, `image_processing_*.py`.
 */
export function fromHuggingFace(config: Readonly<Record<string, unknown>>): object {
  const parsed = processorSchema.safeParse(config);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error), { cause: parsed.error });
  const given = parsed.data;
  const refused = ['do_pad', 'do_thumbnail', 'do_align_long_axis', 'do_reduce_labels'] as const;
  const other = refused.find((name) => given[name] === true);
  if (other !== undefined) throw new Error(`\`${other}\` is not supported`);
  const { do_rescale: rescales = true, rescale_factor: factor = 1 / 255 } = given;
  const { do_normalize: normalises = true, image_mean: mean, image_std: std } = given;
  if (normalises && (mean === undefined || std === undefined)) {
    throw new Error('expected `image_mean` and `image_std`');
  }
  return {
    ...sizes(given),
    interpolation: interpolation(given),
    rounding: '8bit',
    middle: 'transformers',
    rescale: rescales ? factor : 1,
    mean: normalises ? mean : [0, 0, 0],
    std: normalises ? std : [1, 1, 1],
  };
}

const side = z.int().positive();
const size = z.union([
  side,
  z.strictObject({ shortest_edge: side }),
  z.strictObject({ height: side, width: side }),
]);
const flag = z.boolean().optional();
const rgb = z.tuple([z.number(), z.number(), z.number()]).optional();

// Loose: such files also name classes and sizes of things that are not ours.
const processorSchema = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: flag,
  size: size.optional(),
  resample: z.int().optional(),
  crop_pct: z.number().positive().max(1).nullable().optional(),
  do_center_crop: flag,
  crop_size: size.optional(),
  do_rescale: flag,
  rescale_factor: z.number().positive().optional(),
  do_normalize: flag,
  image_mean: rgb,
  image_std: rgb,
  do_pad: flag,
  do_thumbnail: flag,
  do_align_long_axis: flag,
  do_reduce_labels: flag,
});

type Processor = z.infer<typeof processorSchema>;

function typeOf({ image_processor_type: now, feature_extractor_type: before }: Processor): string {
  return now ?? before ?? '';
}

function interpolation(given: Processor): string {
  // Numbers of Pillow's filters. CLIP and its kin are cubic when nothing is said, the others linear.
  const { resample = /clip|bit/iu.test(typeOf(given)) ? 3 : 2 } = given;
  if (resample === 2) return 'bilinear';
  if (resample === 3) return 'bicubic';
  throw new Error(`expected \`resample\` to be 2 (bilinear) or 3 (bicubic), got \`${resample}\``);
}

function sizes(given: Processor): { readonly imageSize: number; readonly resize: object | null } {
  const { do_resize: resizes = true, size, crop_pct: share } = given;
  const crops =
    given.do_center_crop ?? (given.crop_size !== undefined || /clip/iu.test(typeOf(given)));
  const crop = crops ? squareOf('crop_size', given.crop_size ?? size) : undefined;
  if (!resizes) {
    if (crop === undefined) throw new Error('expected `do_resize` or `do_center_crop`');
    return { imageSize: crop, resize: null };
  }
  if (size === undefined) throw new Error('expected `size`');
  if (/convnext/iu.test(typeOf(given))) {
    const edge = squareOf('size', size);
    // Large sizes are not cropped: that is how these processors are written.
    if (edge >= 384) return { imageSize: edge, resize: { squash: edge } };
    return { imageSize: edge, resize: { shorterSide: Math.floor(edge / (share ?? 224 / 256)) } };
  }
  // A number alone used to mean the shorter side where the middle was cropped, and both sides elsewhere.
  const shorter = typeof size === 'number' ? crops : 'shortest_edge' in size;
  const edge = squareOf('size', size);
  if (shorter && crop === undefined) {
    throw new Error('expected `do_center_crop`, because only square inputs are supported');
  }
  return { imageSize: crop ?? edge, resize: shorter ? { shorterSide: edge } : { squash: edge } };
}

function squareOf(name: string, size: z.infer<typeof processorSchema>['size']): number {
  if (size === undefined) throw new Error(`expected \`${name}\``);
  if (typeof size === 'number') return size;
  if ('shortest_edge' in size) return size.shortest_edge;
  if (size.height === size.width) return size.height;
  throw new Error(
    `expected \`${name}\` to be square, got ${size.height} × ${size.width}: other inputs are not supported`,
  );
}
