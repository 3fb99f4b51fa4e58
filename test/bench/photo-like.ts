import fs from 'node:fs/promises';
import path from 'node:path';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { type Random, seededRandom } from '../../operators/random.ts';

/** Images to write. */
export interface PhotoOptions {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** Standard deviation of the noise of single pixels, in levels: sensors have some, shrinking takes it away. */
  readonly grain: number;
}

/** Sides of the field that images are cut from, over those of an image. */
const fieldOver = 1.5;

const classes = 4;

/**
 * Writes JPEG files (quality 90, 4:2:0) that cost a decoder what photographs do: noise at all scales whose strength falls
 * with its frequency, as in photographs, edges of shapes, and grain. A file of 500 × 375 has some 100 kB, like those of
 * ImageNet. `root/<class>/<n>.jpg`, a function of the options and of the encoder.
 *
 * @returns Bytes of all files.
 */
export async function writePhotos(root: string, options: PhotoOptions): Promise<number> {
  const { count, width, height, seed, grain } = options;
  const [fieldWidth, fieldHeight] = [width, height].map((side) => Math.ceil(fieldOver * side));
  const fields = [0, 1].map((which) =>
    noiseField(fieldWidth!, fieldHeight!, grain, seededRandom('photos', seed, 'field', which)),
  );
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    const folder = path.join(root, `class-${index % classes}`);
    await fs.mkdir(folder, { recursive: true });
    const random = seededRandom('photos', seed, index);
    const pixels = photo(options, { fields, fieldWidth: fieldWidth!, random });
    const raw = { width, height, channels: 3 } as const;
    const file = await sharp(pixels, { raw })
      .jpeg({ quality: 90, chromaSubsampling: '4:2:0' })
      .toBuffer();
    await fs.writeFile(path.join(folder, `${String(index).padStart(5, '0')}.jpg`), file);
    bytes += file.length;
  }
  return bytes;
}

/** Levels of colour around 0: one octave of noise upon another, from the whole width down to single pixels. */
function noiseField(width: number, height: number, grain: number, random: Random): Float32Array {
  const field = new Float32Array(width * height * 3);
  for (let cell = width / 2; cell >= 1; cell /= 2) {
    addOctave(field, { width, height, cell }, random);
  }
  for (let at = 0; at < field.length; at += 3) {
    const level = grain * random.normal();
    for (let channel = 0; channel < 3; channel += 1) field[at + channel]! += level;
  }
  return field;
}

interface Octave {
  readonly width: number;
  readonly height: number;
  /** Side of a cell, in pixels: between its corners noise is interpolated. */
  readonly cell: number;
}

function addOctave(field: Float32Array, { width, height, cell }: Octave, random: Random): void {
  const across = Math.ceil(width / cell) + 2;
  const down = Math.ceil(height / cell) + 2;
  // Amplitude grows with the scale; colours vary less than brightness, and hardly in what is small.
  const bright = 10 * cell ** 0.25;
  const colour = cell < 4 ? bright / 8 : bright / 3;
  const corners = new Float32Array(across * down * 3);
  for (let at = 0; at < corners.length; at += 3) {
    const grey = bright * random.normal();
    for (let channel = 0; channel < 3; channel += 1) {
      corners[at + channel] = grey + colour * random.normal();
    }
  }
  for (let y = 0; y < height; y += 1) {
    const [row, below] = split(y / cell);
    for (let x = 0; x < width; x += 1) {
      const [column, right] = split(x / cell);
      const corner = (row * across + column) * 3;
      const under = corner + across * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const top = mix(corners[corner + channel]!, corners[corner + 3 + channel]!, right);
        const bottom = mix(corners[under + channel]!, corners[under + 3 + channel]!, right);
        field[(y * width + x) * 3 + channel]! += mix(top, bottom, below);
      }
    }
  }
}

/** Whole and rest of a number. */
function split(value: number): readonly [number, number] {
  const whole = Math.floor(value);
  return [whole, value - whole];
}

function mix(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}

interface PhotoParts {
  readonly fields: readonly Float32Array[];
  readonly fieldWidth: number;
  readonly random: Random;
}

/** A shape with a colour and a texture of its own. */
interface Shape {
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
  readonly round: boolean;
  readonly colour: readonly number[];
}

/** A cut of one field, with shapes in front of it that are cuts of the other. */
function photo({ width, height }: PhotoOptions, parts: PhotoParts): Uint8Array {
  const { fields, fieldWidth, random } = parts;
  const [ground, front] = random.uniform() < 0.5 ? [0, 1] : [1, 0];
  const offset = (): number =>
    (random.below(Math.floor((fieldOver - 1) * height)) * fieldWidth +
      random.below(Math.floor((fieldOver - 1) * width))) *
    3;
  const offsets = [offset(), offset()];
  const shapes = Array.from({ length: 6 + random.below(10) }, () => shapeOf(random));
  const base = [0, 0, 0].map(() => 70 + random.below(110));
  const covered = coverage(shapes, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      const shape = shapes[covered[at / 3]! - 1];
      const [field, from] = shape === undefined ? [ground, 0] : [front, 1];
      const source = offsets[from]! + (y * fieldWidth + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const level = (shape?.colour ?? base)[channel]! + fields[field]![source + channel]!;
        pixels[at + channel] = Math.max(0, Math.min(255, level));
      }
    }
  }
  return pixels;
}

function shapeOf(random: Random): Shape {
  return {
    x: random.uniform(),
    y: random.uniform(),
    across: 0.03 + 0.2 * random.uniform(),
    down: 0.03 + 0.2 * random.uniform(),
    round: random.uniform() < 0.5,
    colour: [0, 0, 0].map(() => 40 + random.below(170)),
  };
}

/** For each pixel the number of the shape in front, counted from 1; 0 for none. */
function coverage(shapes: readonly Shape[], width: number, height: number): Uint8Array {
  const covered = new Uint8Array(width * height);
  for (const [number, shape] of shapes.entries()) {
    const [left, right] = [shape.x - shape.across, shape.x + shape.across];
    const [top, bottom] = [shape.y - shape.down, shape.y + shape.down];
    const last = Math.min(height, Math.ceil(bottom * height));
    for (let y = Math.max(0, Math.floor(top * height)); y < last; y += 1) {
      const end = Math.min(width, Math.ceil(right * width));
      for (let x = Math.max(0, Math.floor(left * width)); x < end; x += 1) {
        if (covers(shape, x / width, y / height)) covered[y * width + x] = number + 1;
      }
    }
  }
  return covered;
}

function covers({ x, y, across, down, round }: Shape, atX: number, atY: number): boolean {
  const [dx, dy] = [(atX - x) / across, (atY - y) / down];
  return round ? dx * dx + dy * dy < 1 : Math.abs(dx) < 1 && Math.abs(dy) < 1;
}
