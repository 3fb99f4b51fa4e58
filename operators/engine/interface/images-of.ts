import { PipelineError } from '../../errors.ts';

/**
 * Batch size of a call of an encoder.
 *
 * @throws {PipelineError} `ERR_SHAPE` when `pixels` are not those of 1 to `rows` images.
 */
export function imagesOf(
  pixels: Float32Array,
  { rows, imageSize }: { readonly rows: number; readonly imageSize: number },
): number {
  const images = pixels.length / (imageSize * imageSize * 3);
  if (Number.isInteger(images) && images >= 1 && images <= rows) return images;
  throw new PipelineError(
    'ERR_SHAPE',
    `Expected \`pixels\` to hold 1 to ${rows} images of ${imageSize} × ${imageSize} ` +
      `(${imageSize * imageSize * 3} values each), got ${pixels.length} values`,
  );
}
