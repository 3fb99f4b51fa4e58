import { seededRandom, type Random } from '../operators/random.ts';
import type { RgbImage } from '../operators/types.ts';

/*
 * Images that are drawn, not collected: no origin, no licence, nothing to download.
 *
 * Ten classes of figures, each an area with a signed distance to its edge. What varies within a class is
 * all but the figure: place, size, tilt, stretch, colours, shading, clutter, light and noise.
 */

/** Goes up whenever the same arguments give other pixels, so that written folders are made anew. */
export const syntheticVersion = 1;

/** The figures, sorted by name: class `k` of a synthetic dataset is figure number `k`. */
export const syntheticClasses: readonly string[] = [
  'checker',
  'cross',
  'disc',
  'dots',
  'grid',
  'rings',
  'spokes',
  'star',
  'stripes',
  'triangle',
];

/** Which image of a class, and how large. */
export interface RenderSyntheticOptions {
  /** Decides everything but the class, together with class and index. A safe integer. */
  readonly seed: number;
  /** Side in pixels, an integer from 8 to 1024. @default 32 */
  readonly imageSize?: number | undefined;
}

/**
 * Draws one image of a class: a figure over a shaded background, under clutter and noise.
 *
 * Only the figure tells the classes apart. Colours are drawn alike for all, no figure depends on
 * handedness or on a detail, and figure and background differ in brightness; so crops, flips, colour
 * jitter and grayscale keep the class. Edges are smoothed over one pixel.
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
  const figure = syntheticClasses[classIndex]!;
  const random = seededRandom('synthetic image', seed, figure, index);
  const scene = drawScene(figures[figure]!, random);
  const canvas = paint(scene, imageSize);
  return { width: imageSize, height: imageSize, data: expose(canvas, scene, random) };
}

/** Signed distance to the edge of a figure that about fills the unit disc; below 0 inside. */
type Figure = (x: number, y: number) => number;

const figures: Readonly<Record<string, Figure>> = {
  checker: (x, y) => Math.max(square(x, y), (Math.sin(x * 6.6) * Math.sin(y * 6.6)) / 6.6),
  cross: (x, y) => Math.min(box(x, y, 1, 0.27), box(x, y, 0.27, 1)),
  disc: (x, y) => Math.hypot(x, y) - 0.88,
  dots: (x, y) => Math.max(square(x, y), Math.hypot(wrap(x, 0.62), wrap(y, 0.62)) - 0.2),
  grid: (x, y) =>
    Math.max(square(x, y), Math.min(Math.abs(wrap(x, 0.6)), Math.abs(wrap(y, 0.6))) - 0.1),
  rings: (x, y) => {
    const radius = Math.hypot(x, y);
    return Math.max(radius - 1, -Math.cos(radius * 9) / 9);
  },
  spokes: (x, y) => {
    const radius = Math.hypot(x, y);
    return Math.max(radius - 1, (radius * Math.sin(Math.atan2(y, x) * 6)) / 6);
  },
  star: (x, y) => {
    // Folded onto half a point of the star: from its tip to the notch beside it.
    const angle = Math.abs(wrap(Math.atan2(y, x), (2 * Math.PI) / 5));
    const radius = Math.hypot(x, y);
    return (radius * Math.cos(angle) - 1.05) * 0.33 + radius * Math.sin(angle) * 0.94;
  },
  stripes: (x, y) => Math.max(square(x, y), Math.cos(x * 10) / 10),
  triangle: (x, y) => Math.max(-y, (Math.sqrt(3) * Math.abs(x) + y) / 2) - 0.52,
};

function square(x: number, y: number): number {
  return box(x, y, 0.95, 0.95);
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
  readonly figure: Figure;
  readonly x: number;
  readonly y: number;
  /** Half sides for each unit of the figure. */
  readonly scale: number;
  /** From half sides to units of the figure: a turn, then a stretch. */
  readonly toFigure: readonly [xx: number, xy: number, yx: number, yy: number];
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

/** How much the scenes of a class differ. */
const LOOK = {
  scale: [0.7, 1],
  shift: 0.25,
  /** Least difference in brightness between figure and background, of 1. */
  contrast: 0.35,
  /** Share of figures that are brighter than their background. */
  brighter: 0.7,
  /** 0 would be grey. */
  saturation: 0.6,
  /** Fewest and most specks. */
  clutter: [1, 3],
  /** Least and greatest standard deviation. */
  noise: [0.02, 0.06],
} as const;

function drawScene(figure: Figure, random: Random): Scene {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const direction = (): [x: number, y: number] => {
    const angle = between(0, 2 * Math.PI);
    return [Math.cos(angle), Math.sin(angle)];
  };
  const anyColour = (): Colour => {
    const colour: Colour = [random.uniform(), random.uniform(), random.uniform()];
    return mix([luma(colour), luma(colour), luma(colour)], colour, LOOK.saturation);
  };

  const scale = between(LOOK.scale[0], LOOK.scale[1]);
  const stretch = Math.sqrt(between(0.75, 1.33));
  const [cos, sin] = direction();
  const brighter = random.uniform() < LOOK.brighter ? 1 : -1;
  let [colour, background] = [anyColour(), anyColour()];
  while (brighter * (luma(colour) - luma(background)) < LOOK.contrast) {
    [colour, background] = [anyColour(), anyColour()];
  }
  const specks = LOOK.clutter[0] + random.below(LOOK.clutter[1] - LOOK.clutter[0] + 1);
  return {
    figure,
    x: between(-LOOK.shift, LOOK.shift),
    y: between(-LOOK.shift, LOOK.shift),
    scale,
    toFigure: [
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
    noise: between(LOOK.noise[0], LOOK.noise[1]),
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
  const { background, shading, toFigure, scale, clutter } = scene;
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

  // Stretched figures reach a little further than their scale, and their corners further again.
  cover(canvas, imageSize, scene.x, scene.y, scale * 1.6, scene.colour, (dx, dy) => {
    const u = toFigure[0] * dx + toFigure[1] * dy;
    const v = toFigure[2] * dx + toFigure[3] * dy;
    return scene.figure(u, v) * scale;
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
