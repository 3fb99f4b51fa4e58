import type { ViewDraw } from '../../operators/image/draw-view.ts';
import type { RgbImage } from '../../operators/types.ts';

/** Parameters of a view of the whole image, nothing changed but what is given. */
export function drawnAs({ width, height }: RgbImage, changes: Partial<ViewDraw>): ViewDraw {
  return {
    crop: { left: 0, top: 0, width, height },
    flip: false,
    operations: [],
    colours: [],
    grayscale: false,
    blur: null,
    solarize: null,
    ...changes,
  };
}
