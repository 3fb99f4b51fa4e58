import { seededRandom, type Random } from '../../operators/random.ts';
import type { RgbImage } from '../../operators/types.ts';

/*
 * Images that are drawn, not collected: no origin, no licence, nothing to download.
 *
 * Ten classes of patterns that fill the image, each given by the signed distance to its edges. What
 * varies within a class is all but the pattern: place, size, turn, stretch, colours, shading, clutter,
 * light and noise.
 */

/** Goes up whenever the same arguments give other pixels, so that written folders are made anew. */
export const syntheticVersion = 3;

/** The patterns, sorted by name: class `k` of a synthetic dataset is pattern number `k`. */
export const syntheticClasses: readonly string[] = [
  'bricks',
  'checker',
  'crosses',
  'dots',
  'grid',
  'rings',
  'stars',
  'stripes',
  'triangles',
  'zigzag',
];

/** Options of a synthetic image: its seed, and its size. */
export interface RenderSyntheticOptions {
  /** Random seed of everything but the class, together with class and index. A safe integer. */
  readonly seed: number;
  /** Side in pixels, an integer from 8 to 1024. @default 32 */
  readonly imageSize?: number | undefined;
}

/**
 * Draws one image of a class: a pattern, under clutter and noise.
 *
 * Only the pattern tells the classes apart. Colours are drawn alike for all, no pattern depends on
 * handedness, each fills the image several times over, and it is brighter than its background; so
 * crops, flips, colour jitter and grayscale keep the class. Edges are smoothed over one pixel.
 *
 * How much the rest varies was chosen so that the classes are not given away (nearest neighbours among 100
 * images of each class find the right one for less than 35 % of images, in pixels and in the features of an
 * untrained ResNet-8) and a ResNet-8 still learns them within 150 steps of 256 views.
 *
 * A function of its arguments. An image of another size shows the same scene.
 *
 * @param classIndex Which of `syntheticClasses`.
 * @param index Which image of the class, an integer of 0 or more.
 * @throws {RangeError} When an argument is out of its range.
 */
export function renderSynthetic(
  classIndex: number,
  index: number,
  options: RenderSyntheticOptions,
): RgbImage {
  const { seed, imageSize = 32 } = options;
  requireWithin('classIndex', classIndex, 0, syntheticClasses.length - 1);
  requireWithin('index', index, 0, Number.MAX_SAFE_INTEGER);
  requireWithin('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireWithin('imageSize', imageSize, 8, 1024);
  const name = syntheticClasses[classIndex]!;
  const random = seededRandom('synthetic image', seed, name, index);
  const scene = drawScene(patterns[name]!, random);
  const canvas = paint(scene, imageSize);
  return { width: imageSize, height: imageSize, data: expose(canvas, scene, random) };
}

/** Signed distance to the nearest edge of an endless pattern, cells of side 2; below 0 inside. */
type Pattern = (x: number, y: number) => number;

const patterns: Readonly<Record<string, Pattern>> = {
  bricks: (x, y) => {
    const shift = Math.round(y / 1.4) % 2 === 0 ? 0 : 1.2;
    return box(wrap(x + shift, 2.4), wrap(y, 1.4), 1.05, 0.55);
  },
  checker: (x, y) => (Math.sin(x * 2.86) * Math.sin(y * 2.86)) / Math.PI,
  crosses: inCells((x, y) => Math.min(box(x, y, 0.78, 0.25), box(x, y, 0.25, 0.78))),
  dots: inCells((x, y) => Math.hypot(x, y) - 0.55),
  grid: inCells((x, y) => Math.min(Math.abs(x), Math.abs(y)) - 0.22),
  rings: inCells((x, y) => Math.abs(Math.hypot(x, y) - 0.66) - 0.2),
  stars: inCells((x, y) => {
    // Folded onto half a point of the star: from its tip to the notch beside it.
    const angle = Math.abs(wrap(Math.atan2(y, x), (2 * Math.PI) / 5));
    const radius = Math.hypot(x, y) * 1.12;
    return (radius * Math.cos(angle) - 1.05) * 0.33 + radius * Math.sin(angle) * 0.94;
  }),
  stripes: (x) => Math.cos(x * 2.83) / Math.PI,
  triangles: inCells((x, y) => Math.max(-y, (Math.sqrt(3) * Math.abs(x) + y) / 2) - 0.45),
  zigzag: (x, y) => Math.cos(Math.PI * (y + 1.2 * Math.abs(wrap(x, 2)))) / 4.1,
};

/** Repeats a figure around the origin in square cells of side 2. */
function inCells(figure: Pattern): Pattern {
  return (x, y) => figure(wrap(x, 2), wrap(y, 2));
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
}

/** Signed distance to the nearest multiple of `step`. */
function wrap(value: number, step: number): number {
  return value - step * Math.round(value / step);
}

/** Red, green and blue, 0 to 1. */
type Colour = readonly [red: number, green: number, blue: number];

/** Lengths and places in half sides of the image, from its middle; y points down. */
interface Scene {
  readonly pattern: Pattern;
  readonly x: number;
  readonly y: number;
  /** Half sides for each unit of the pattern. */
  readonly scale: number;
  /** From half sides to units of the pattern: a turn, then a stretch. */
  readonly toPattern: readonly [xx: number, xy: number, yx: number, yy: number];
  readonly colour: Colour;
  /** The background at both ends of its shading. */
  readonly background: readonly [Colour, Colour];
  readonly shading: readonly [x: number, y: number];
  readonly clutter: readonly Speck[];
  /** Multiplies all colours. */
  readonly light: number;
  /** Standard deviation of each channel, of 1. */
  readonly noise: number;
}

/** A round speck, or a line when it has a length. */
interface Speck {
  readonly x: number;
  readonly y: number;
  readonly direction: readonly [x: number, y: number];
  readonly halfLength: number;
  readonly halfWidth: number;
  readonly colour: Colour;
}

/** Within-class variation: how much the scenes of a class differ. */
const variation = {
  /** Half sides for each unit: half the side of a cell. */
  scale: [0.26, 0.44],
  /** Least difference in brightness between pattern and background, of 1. */
  contrast: 0.42,
  /** 0 would be grey. */
  saturation: 0.55,
  /** Fewest and most specks. */
  clutter: [0, 2],
  /** Least and greatest standard deviation. */
  noise: [0.015, 0.045],
} as const;

function drawScene(pattern: Pattern, random: Random): Scene {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const direction = (): [x: number, y: number] => {
    const angle = between(0, 2 * Math.PI);
    return [Math.cos(angle), Math.sin(angle)];
  };
  const anyColour = (): Colour => {
    const colour: Colour = [random.uniform(), random.uniform(), random.uniform()];
    return mix([luma(colour), luma(colour), luma(colour)], colour, variation.saturation);
  };

  const scale = between(variation.scale[0], variation.scale[1]);
  const stretch = Math.sqrt(between(0.75, 1.33));
  const [cos, sin] = direction();
  let [colour, background] = [anyColour(), anyColour()];
  while (luma(colour) - luma(background) < variation.contrast) {
    [colour, background] = [anyColour(), anyColour()];
  }
  const specks =
    variation.clutter[0] + random.below(variation.clutter[1] - variation.clutter[0] + 1);
  return {
    pattern,
    x: between(-1, 1),
    y: between(-1, 1),
    scale,
    toPattern: [
      cos / (scale * stretch),
      sin / (scale * stretch),
      (-sin * stretch) / scale,
      (cos * stretch) / scale,
    ],
    colour,
    background: [background, mix(background, anyColour(), 0.25)],
    shading: direction(),
    clutter: Array.from({ length: specks }, () => {
      const isLine = random.uniform() < 0.4;
      return {
        x: between(-1, 1),
        y: between(-1, 1),
        direction: direction(),
        halfLength: isLine ? between(0.2, 0.6) : 0,
        halfWidth: isLine ? between(0.02, 0.05) : between(0.04, 0.12),
        colour: anyColour(),
      };
    }),
    light: between(0.75, 1.15),
    noise: between(variation.noise[0], variation.noise[1]),
  };
}

/** Brightness as the eye weighs the colours (ITU-R BT.601). */
function luma([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const channel = (at: 0 | 1 | 2): number => from[at] + (to[at] - from[at]) * share;
  return [channel(0), channel(1), channel(2)];
}

/** `[imageSize, imageSize, 3]` float32, 0 to 1. */
function paint(scene: Scene, imageSize: number): Float32Array {
  const canvas = new Float32Array(imageSize * imageSize * 3);
  const { background, shading, toPattern, scale, clutter } = scene;
  const pixel = 2 / imageSize;

  const [near, far] = background;
  for (let row = 0, at = 0; row < imageSize; row += 1) {
    const y = (row + 0.5) * pixel - 1;
    for (let column = 0; column < imageSize; column += 1, at += 3) {
      const x = (column + 0.5) * pixel - 1;
      const shade = 0.5 + 0.35 * (x * shading[0] + y * shading[1]);
      canvas[at] = near[0] + (far[0] - near[0]) * shade;
      canvas[at + 1] = near[1] + (far[1] - near[1]) * shade;
      canvas[at + 2] = near[2] + (far[2] - near[2]) * shade;
    }
  }

  cover(canvas, imageSize, scene.x, scene.y, Infinity, scene.colour, (dx, dy) => {
    const u = toPattern[0] * dx + toPattern[1] * dy;
    const v = toPattern[2] * dx + toPattern[3] * dy;
    return scene.pattern(u, v) * scale;
  });

  for (const { x, y, direction, halfLength, halfWidth, colour } of clutter) {
    cover(canvas, imageSize, x, y, halfLength + halfWidth, colour, (dx, dy) => {
      const along = Math.abs(dx * direction[0] + dy * direction[1]);
      const aside = dx * direction[1] - dy * direction[0];
      return Math.hypot(Math.max(0, along - halfLength), aside) - halfWidth;
    });
  }
  return canvas;
}

/** Lays `colour` over the pixels inside an edge around `(x, y)` that lies within `reach`. */
function cover(
  canvas: Float32Array,
  imageSize: number,
  x: number,
  y: number,
  reach: number,
  colour: Colour,
  distance: (dx: number, dy: number) => number,
): void {
  const pixel = 2 / imageSize;
  const first = (middle: number): number =>
    Math.max(0, Math.floor((middle + 1 - reach) / pixel) - 1);
  const end = (middle: number): number =>
    Math.min(imageSize, Math.ceil((middle + 1 + reach) / pixel) + 1);
  const [firstColumn, endColumn] = [first(x), end(x)];
  for (let row = first(y); row < end(y); row += 1) {
    const dy = (row + 0.5) * pixel - 1 - y;
    for (let column = firstColumn; column < endColumn; column += 1) {
      const dx = (column + 0.5) * pixel - 1 - x;
      const share = Math.min(1, 0.5 - distance(dx, dy) / pixel);
      if (share <= 0) continue;
      const at = (row * imageSize + column) * 3;
      canvas[at] = canvas[at]! + (colour[0] - canvas[at]!) * share;
      canvas[at + 1] = canvas[at + 1]! + (colour[1] - canvas[at + 1]!) * share;
      canvas[at + 2] = canvas[at + 2]! + (colour[2] - canvas[at + 2]!) * share;
    }
  }
}

/** Adds light and noise, and rounds to bytes. */
function expose(canvas: Float32Array, { light, noise }: Scene, random: Random): Uint8Array {
  // The sum of the four bytes of a draw is near enough to normal: mean 510, variance (256² - 1) / 3.
  const spread = (noise * 255) / Math.sqrt((256 ** 2 - 1) / 3);
  const data = new Uint8ClampedArray(canvas.length);
  for (let at = 0; at < canvas.length; at += 1) {
    const bits = random.uint32();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    data[at] = canvas[at]! * light * 255 + (sum - 510) * spread;
  }
  return new Uint8Array(data.buffer);
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from ${least} to ${most}, got \`${value}\``,
  );
}
