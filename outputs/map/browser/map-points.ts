import { type PackedMap, unpackedIds } from './packed-map.ts';

/** Points of a map, unpacked. */
export interface MapPoints {
  readonly count: number;
  readonly classes: readonly string[];
  /** `[count]` 0 to 1; y counts downwards, as on a screen. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** `[count]` position in `classes`; that of an unknown one is `classes.length`. */
  readonly labels: Uint16Array;
  readonly k: number;
  /** `[count, k]` positions, -1 where there is none. */
  readonly neighbours: Int32Array;
  readonly ids: readonly string[];
  /** `[count]` cell of the sprite, -1 for none; undefined without one. */
  readonly cells: Int32Array | undefined;
  /** `[count]` order of drawing, the same each time: no class lies on top of another by its name. */
  readonly order: Uint32Array;
}

/** Unpacks the points of a page. */
export function mapPoints(packed: PackedMap): MapPoints {
  const { count, classes, k, sprite } = packed;
  const positions = integers(packed.positions, 2);
  const labels = integers(packed.labels, packed.labelBytes);
  return {
    count,
    classes,
    x: Float32Array.from({ length: count }, (_, at) => positions[2 * at]! / 65_535),
    y: Float32Array.from({ length: count }, (_, at) => 1 - positions[2 * at + 1]! / 65_535),
    labels: Uint16Array.from(labels, (label) => (label === 0 ? classes.length : label - 1)),
    k,
    neighbours: integers(packed.neighbours, packed.neighbourBytes).map((value) => value - 1),
    ids: unpackedIds(packed.ids),
    cells: sprite === null ? undefined : integers(sprite.cells, 3).map((value) => value - 1),
    order: shuffled(count),
  };
}

/** Little-endian unsigned integers of so many bytes. */
function integers(base64: string, bytes: number): Int32Array {
  const text = atob(base64);
  const values = new Int32Array(text.length / bytes);
  for (let at = 0; at < text.length; at += 1) {
    values[Math.floor(at / bytes)]! |= text.codePointAt(at)! << (8 * (at % bytes));
  }
  return values;
}

/** A fixed permutation (Fisher and Yates, by the generator of Numerical Recipes). */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  let state = 1;
  for (let last = count - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}
