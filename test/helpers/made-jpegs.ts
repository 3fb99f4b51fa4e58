import { seededRandom } from '../../operators/random.ts';

/** Features of a made JPEG. */
export interface MadeJpeg {
  readonly width: number;
  readonly height: number;
  /** Sampling of each component, across times 16 plus down. @default [0x11, 0x11, 0x11] */
  readonly sampling?: readonly number[];
  /** Units between two restart markers. @default 0, none */
  readonly interval?: number;
  /** Names of the components. @default 1, 2, 3, … */
  readonly names?: readonly number[];
  /** Largest step from the constant part of one block to that of the next. @default 200, kept within range */
  readonly jump?: number;
  readonly seed?: number;
}

/**
 * A sequential JPEG of random blocks, in any layout: sampling, restart markers and names that sharp does not write. Its
 * codes are of one length: 4 bits for constant parts, 8 for the others.
 *
 * @see ITU-T T.81, annexes B and F.
 */
export function madeJpeg({
  width,
  height,
  sampling = [0x11, 0x11, 0x11],
  interval = 0,
  names = sampling.map((_, at) => at + 1),
  jump = 200,
  seed = 0,
}: MadeJpeg): Buffer {
  const word = (value: number): number[] => [value >> 8, value & 255];
  const segment = (marker: number, ...bytes: number[]): number[] => [
    0xff,
    marker,
    ...word(bytes.length + 2),
    ...bytes,
  ];
  const counts = (length: number, count: number): number[] =>
    Array.from({ length: 16 }, (_, at) => (at + 1 === length ? count : 0));
  const head = [
    0xff,
    0xd8,
    ...segment(0xdb, 0, ...Array.from({ length: 64 }, (_, at) => 2 + (at >> 1))),
    ...segment(
      0xc0,
      8,
      ...word(height),
      ...word(width),
      sampling.length,
      ...sampling.flatMap((one, at) => [names[at]!, one, 0]),
    ),
    ...segment(0xc4, 0, ...counts(4, 12), ...sizes),
    ...segment(0xc4, 0x10, ...counts(8, runs.length), ...runs),
    ...(interval > 0 ? segment(0xdd, ...word(interval)) : []),
    ...segment(0xda, sampling.length, ...names.flatMap((name) => [name, 0]), 0, 63, 0),
  ];
  const isLone = sampling.length === 1;
  const most = (shift: number): number =>
    isLone ? 1 : Math.max(...sampling.map((one) => (one >> shift) & 15));
  const units = Math.ceil(width / (8 * most(4))) * Math.ceil(height / (8 * most(0)));
  const blocks = sampling.flatMap((one, component) =>
    Array.from({ length: isLone ? 1 : (one >> 4) * (one & 15) }, () => component),
  );
  return Buffer.from([...head, ...scan(blocks, units, interval, { jump, seed }), 0xff, 0xd9]);
}

/** Symbols of constant parts: the sizes of their differences. */
const sizes = Array.from({ length: 12 }, (_, size) => size);

/** Symbols of the other parts: the end of a block, 16 zeros, and runs of zeros with sizes. */
const runs = [
  0,
  0xf0,
  ...Array.from({ length: 160 }, (_, at) => ((at / 10) << 4) | ((at % 10) + 1)),
];

function scan(
  blocks: readonly number[],
  units: number,
  interval: number,
  { jump, seed }: { readonly jump: number; readonly seed: number },
): number[] {
  const random = seededRandom('made JPEG', seed);
  const written: number[] = [];
  let bits = '';
  const put = (value: number, length: number): void => {
    bits += value.toString(2).padStart(length, '0');
  };
  const putValue = (value: number, size: number): void => {
    if (size > 0) put(value > 0 ? value : value + 2 ** size - 1, size);
  };
  const flush = (): void => {
    for (let at = 0; at < bits.length; at += 8) {
      const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
      written.push(byte, ...(byte === 0xff ? [0] : []));
    }
    bits = '';
  };
  let before = [0, 0, 0, 0];
  for (let unit = 0; unit < units; unit += 1) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      flush();
      written.push(0xff, 0xd0 + ((unit / interval - 1) & 7));
      before = [0, 0, 0, 0];
    }
    for (const component of blocks) {
      const difference = random.below(2 * jump + 1) - jump;
      // By 2 at most 900: a middle of 16 to 240.
      const next = before[component]! + difference;
      const value = jump > 200 ? next : Math.max(-450, Math.min(450, next));
      const step = value - before[component]!;
      before[component] = value;
      const size = 32 - Math.clz32(Math.abs(step));
      put(sizes.indexOf(size), 4);
      putValue(step, size);
      let at = 1;
      for (let part = random.below(6); part > 0; part -= 1) {
        const run = random.below(16);
        if (at + run > 63) break;
        const length = 1 + random.below(4);
        put(runs.indexOf((run << 4) | length), 8);
        putValue((random.below(2) * 2 - 1) * 2 ** (length - 1), length);
        at += run + 1;
      }
      if (at <= 63) put(0, 8);
    }
  }
  flush();
  return written;
}
