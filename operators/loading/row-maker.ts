import { inputMaker } from '../image/make-inputs.ts';
import { type ViewKey, viewWriter } from '../image/views.ts';
import type { RgbImage } from '../types.ts';
import type { LoadTarget } from './load-calls.ts';

/** Makes the row of an image in its batch: its views, or its input; reuses its memory from call to call. */
export type RowMaker = (image: RgbImage, key: ViewKey, pixels: Float32Array, row: number) => void;

/** Values of a row. */
export function rowLength(target: LoadTarget): number {
  return target.kind === 'views'
    ? target.options.views * target.options.imageSize ** 2 * 3
    : target.preprocessing.imageSize ** 2 * 3;
}

export function rowMaker(target: LoadTarget): RowMaker {
  const length = rowLength(target);
  if (target.kind === 'inputs') {
    const inputs = inputMaker(target.preprocessing);
    return (image, _key, pixels, row) => inputs.make(image, pixels, row * length);
  }
  const views = viewWriter(target.recipe, target.options);
  return (image, key, pixels, row) => views(image, key, pixels, row * length);
}
