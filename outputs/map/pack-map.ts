import { type PackedMap, packedIds } from './browser/packed-map.ts';
import type { MapSet } from './map-set.ts';

/** Steps of a coordinate. */
const steps = 65_535;

/** Maximum numbers of classes and points that the numbers of a page can tell apart. */
const [mostClasses, mostPoints] = [65_534, 2 ** 24 - 2];

/**
 * Points as a page holds them: 5 or 6 bytes for each, 2 or 3 for each neighbour, and what its id has beyond the one before.
 *
 * Both coordinates have one scale, so that distances keep their proportions; a step is 1/65,535 of the wider of the two.
 *
 * @throws {RangeError} When a coordinate is not finite, or there are more than 65,534 classes or 16 million points.
 */
export function packMap(set: MapSet): PackedMap {
  const { classes, ids, labels, neighbours, sprite } = set;
  const count = ids.length;
  if (classes.length > mostClasses || count > mostPoints) {
    throw new RangeError(
      `Expected at most ${mostClasses} classes and ${mostPoints} points, got \`${classes.length}\` and \`${count}\``,
    );
  }
  const labelBytes = classes.length < 255 ? 1 : 2;
  const neighbourBytes = count < 65_535 ? 2 : 3;
  return {
    count,
    classes,
    positions: base64(quantised(set.positions), 2),
    labels: base64(labels, labelBytes, 1),
    labelBytes,
    k: neighbours?.k ?? 0,
    neighbours: base64(neighbours?.positions ?? [], neighbourBytes, 1),
    neighbourBytes,
    ids: packedIds(ids),
    sprite: sprite === undefined ? null : { ...sprite, cells: base64(sprite.cells, 3, 1) },
  };
}

/** Coordinates as whole numbers from 0 to 65,535, centred. */
export function quantised(positions: Float32Array): Uint16Array {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const [at, value] of positions.entries()) {
    if (!Number.isFinite(value)) {
      throw new RangeError(`Expected coordinates to be finite, got \`${value}\` at ${at}`);
    }
    low[at % 2] = Math.min(low[at % 2]!, value);
    high[at % 2] = Math.max(high[at % 2]!, value);
  }
  const range = Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  return Uint16Array.from(positions, (value, at) => {
    const middle = (low[at % 2]! + high[at % 2]!) / 2;
    const share = range > 0 ? (value - middle) / range + 0.5 : 0.5;
    return Math.round(steps * Math.min(1, Math.max(0, share)));
  });
}

/** Unsigned integers of so many bytes, little-endian, each with `plus` added. */
function base64(values: ArrayLike<number>, bytes: number, plus = 0): string {
  const buffer = Buffer.alloc(values.length * bytes);
  for (let at = 0; at < values.length; at += 1) {
    buffer.writeUIntLE(values[at]! + plus, at * bytes, bytes);
  }
  return buffer.toString('base64');
}
