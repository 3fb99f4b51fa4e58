import type { ColourStep, ViewDraw } from '../../operators/image/draw-view.ts';
import type { ImageOperation } from '../../operators/image/rand-augment/operations.ts';
import type { RgbImage } from '../../operators/types.ts';

/**
 * The parameters of a view in words, in the order in which they are applied.
 *
 * @param image What it is a view of.
 * @returns Such as `crop 20 × 24 at 3, 0 (47 %)`, `flipped`, `contrast × 1.21`.
 */
export function drawWords(
  draw: ViewDraw,
  image: Pick<RgbImage, 'width' | 'height'>,
): readonly string[] {
  const { left, top, width, height } = draw.crop;
  return [
    `crop ${width} × ${height} at ${left}, ${top} (${percent(cropShare(draw, image))})`,
    ...(draw.flip ? ['flipped'] : []),
    ...draw.operations.map(operationWords),
    ...draw.colours.map(colourWords),
    ...(draw.grayscale ? ['greyscale'] : []),
    ...(draw.blur === null ? [] : [`blur σ ${short(draw.blur.sigma)} px`]),
    ...(draw.solarize === null ? [] : [`solarized from ${short(draw.solarize)}`]),
  ];
}

/** Share of an image's area that a view shows. */
export function cropShare(
  { crop }: ViewDraw,
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
): number {
  return (crop.width * crop.height) / (width * height);
}

/** A share as people read it, such as `47 %`. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** A number with at most three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function operationWords({ kind, amount }: ImageOperation): string {
  return amount === 0 ? kind : `${kind} ${signed(amount)}`;
}

function colourWords({ kind, amount }: ColourStep): string {
  return kind === 'hue' ? `hue ${signed(360 * amount)}°` : `${kind} × ${short(amount)}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${short(Math.abs(value))}`;
}
