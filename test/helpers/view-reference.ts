import type { Blur, ColourStep, Crop, ViewDraw } from '../../operators/image/draw-view.ts';
import type { Normalisation } from '../../operators/image/view-recipe.ts';
import type { RgbImage } from '../../operators/types.ts';

/** Red, green and blue in 0 to 1, float64. */
export type Pixel = readonly [number, number, number];

/** A view in float64, pixel by pixel, after torchvision's definitions; nothing is shared with the product. */
export function referenceView(
  image: RgbImage,
  draw: ViewDraw,
  recipe: Normalisation,
  size: number,
): number[] {
  let pixels = referenceResize(image, draw.crop, size);
  if (draw.flip) pixels = mirrored(pixels, size);
  return referenceChanges(pixels, draw, recipe, size);
}

/** The same from its resized pixels on. */
export function referenceChanges(
  resized: readonly Pixel[],
  draw: Omit<ViewDraw, 'crop' | 'flip'>,
  recipe: Normalisation,
  size: number,
): number[] {
  let pixels = [...resized];
  for (const colour of draw.colours) pixels = referenceColour(pixels, colour);
  if (draw.grayscale) pixels = pixels.map((pixel) => spread(greyOf(pixel)));
  if (draw.blur !== null) pixels = referenceBlur(pixels, size, draw.blur);
  if (draw.solarize !== null) pixels = referenceSolarize(pixels, draw.solarize);
  return pixels.flatMap((pixel) => pixel.map((x, c) => (x - recipe.mean[c]!) / recipe.std[c]!));
}

/** Each output pixel as one weighted sum over all pixels of the crop. */
export function referenceResize(image: RgbImage, crop: Crop, size: number): Pixel[] {
  const columns = weightsOf(crop.width, size);
  const lines = weightsOf(crop.height, size);
  return lines.flatMap((line) =>
    columns.map((column) => {
      const sum = [0, 0, 0];
      for (const [y, down] of line.entries()) {
        for (const [x, across] of column.entries()) {
          const at = ((crop.top + y) * image.width + crop.left + x) * 3;
          for (const c of [0, 1, 2]) sum[c]! += (down * across * image.data[at + c]!) / 255;
        }
      }
      return [sum[0]!, sum[1]!, sum[2]!] as const;
    }),
  );
}

/** For each output position the weight of every input position: a triangle, cut at the ends. */
function weightsOf(length: number, size: number): number[][] {
  const scale = length / size;
  const radius = Math.max(scale, 1);
  return Array.from({ length: size }, (_, out) => {
    const centre = (out + 0.5) * scale;
    const raw = Array.from({ length }, (_, at) =>
      Math.max(0, 1 - Math.abs(at + 0.5 - centre) / radius),
    );
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((weight) => weight / total);
  });
}

export function referenceColour(pixels: readonly Pixel[], { kind, amount }: ColourStep): Pixel[] {
  if (kind === 'hue') {
    return pixels.map((pixel) => {
      const [h, s, v] = hsvOf(pixel);
      return rgbOf([(((h + amount) % 1) + 1) % 1, s, v]);
    });
  }
  const mean = pixels.reduce((sum, pixel) => sum + greyOf(pixel), 0) / pixels.length;
  return pixels.map((pixel) => {
    const other = { brightness: 0, contrast: mean, saturation: greyOf(pixel) }[kind];
    return blended(pixel, spread(other), amount);
  });
}

/** Each pixel as one sum over the square around it, which goes on outside the view as in mirrors at its ends. */
export function referenceBlur(pixels: readonly Pixel[], size: number, blur: Blur): Pixel[] {
  const { sigma, radius } = blur;
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, k) => k - radius);
  const raw = offsets.map((k) => Math.exp((-k * k) / (2 * sigma * sigma)));
  const total = raw.reduce((a, b) => a + b, 0);
  return pixels.map((_, at) => {
    const sum = [0, 0, 0];
    for (const [j, dy] of offsets.entries()) {
      for (const [i, dx] of offsets.entries()) {
        const y = mirroredInto(Math.floor(at / size) + dy, size);
        const x = mirroredInto((at % size) + dx, size);
        const weight = (raw[i]! * raw[j]!) / total / total;
        for (const c of [0, 1, 2]) sum[c]! += weight * pixels[y * size + x]![c]!;
      }
    }
    return [sum[0]!, sum[1]!, sum[2]!] as const;
  });
}

/** Reflects at one end after the other until it is inside. */
function mirroredInto(at: number, size: number): number {
  if (size === 1) return 0;
  let inside = at;
  while (inside < 0 || inside >= size) inside = inside < 0 ? -inside : 2 * (size - 1) - inside;
  return inside;
}

export function referenceSolarize(pixels: readonly Pixel[], threshold: number): Pixel[] {
  const solarized = (x: number): number => (x >= threshold ? 1 - x : x);
  return pixels.map(([r, g, b]) => [solarized(r), solarized(g), solarized(b)]);
}

export function greyOf([r, g, b]: Pixel): number {
  return 0.2989 * r + 0.587 * g + 0.114 * b;
}

/** Hue as a share of the circle, saturation and value, each in 0 to 1. */
export function hsvOf([r, g, b]: Pixel): Pixel {
  const v = Math.max(r, g, b);
  const c = v - Math.min(r, g, b);
  if (c === 0) return [0, 0, v];
  const sixth = v === r ? (g - b) / c : v === g ? 2 + (b - r) / c : 4 + (r - g) / c;
  return [(sixth / 6 + 1) % 1, c / v, v];
}

/** The six cases of the usual conversion. */
export function rgbOf([h, s, v]: Pixel): Pixel {
  const f = h * 6 - Math.floor(h * 6);
  const p = v * (1 - s);
  const q = v * (1 - s * f);
  const t = v * (1 - s * (1 - f));
  const cases = [
    [v, t, p],
    [q, v, p],
    [p, v, t],
    [p, q, v],
    [t, p, v],
    [v, p, q],
  ] as const;
  return cases[Math.floor(h * 6) % 6]!;
}

function blended(pixel: Pixel, other: Pixel, factor: number): Pixel {
  const [r, g, b] = pixel.map((x, c) =>
    Math.min(1, Math.max(0, factor * x + (1 - factor) * other[c]!)),
  );
  return [r!, g!, b!];
}

function spread(grey: number): Pixel {
  return [grey, grey, grey];
}

function mirrored(pixels: readonly Pixel[], size: number): Pixel[] {
  return pixels.map((_, at) => pixels[at - (at % size) + (size - 1 - (at % size))]!);
}
