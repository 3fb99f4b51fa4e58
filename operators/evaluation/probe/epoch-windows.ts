import { permutation, seededRandom } from '../../random.ts';
import { checkedBlocks } from '../vectors/checked-blocks.ts';
import { sharedFloat32, sharedInt32 } from '../../threads/shared-memory.ts';
import { oneAhead } from '../vectors/shared-rows.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** Consecutive images of an epoch in shared memory. */
export interface EpochWindow {
  /** `[…, dim]` float32. */
  readonly rows: Float32Array;
  /** `[…]` int32 class of each row. */
  readonly labels: Int32Array;
  /** `[count]` int32 row of each image, in the order of the epoch. */
  readonly order: Int32Array;
  readonly count: number;
}

/** Sampler of the training images, and how many are held. */
export interface EpochWindowsOptions {
  /** `[set.count]` int32 class of each image, -1 to leave it out. */
  readonly labels: Int32Array;
  readonly seed: number;
  /** Images of a window are a multiple of this, except those of the last. */
  readonly batchSize: number;
  readonly memoryBytes: number;
}

/**
 * Sampler order of an epoch: `permutation(count, seededRandom('probe-order', seed, epoch))`, a function
 * of seed, epoch and the number of images with a class, which it numbers from 0.
 */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, seededRandom('probe-order', seed, epoch));
}

/**
 * Images of one epoch after another in the order of `epochOrder`, whether or not they fit into memory.
 *
 * A set that fits is read once. Otherwise an epoch is made of windows of half of `memoryBytes`, at least a batch
 * each: every window is picked out of one pass over the set while the window before it is in use. So an epoch
 * reads the set as often as it is larger than half the memory, and its order is the same permutation of all images.
 *
 * Memory besides: 12 bytes for an image.
 *
 * @returns From an epoch, 1 or more, to its windows. A window is borrowed until the next one is asked for.
 */
export function epochWindows(
  set: VectorSet,
  options: EpochWindowsOptions,
): (epoch: number) => AsyncIterable<EpochWindow> {
  const { labels, seed, batchSize, memoryBytes } = options;
  const { dim } = set;
  const count = labels.reduce((sum, label) => sum + (label < 0 ? 0 : 1), 0);
  const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
  const fits = count * rowBytes <= memoryBytes;
  const half = Math.max(1, Math.floor(memoryBytes / 2 / rowBytes / batchSize)) * batchSize;
  const size = fits ? count : Math.min(count, half);
  const rooms = Array.from({ length: fits ? 1 : 2 }, () => ({
    rows: sharedFloat32(size * dim),
    labels: sharedInt32(size),
    order: sharedInt32(size),
  }));
  /** Places of images in the order of the epoch. */
  const places = new Uint32Array(count);

  /** Puts the images whose places are from `first` on where their places are. */
  async function fill(room: (typeof rooms)[number], first: number): Promise<void> {
    let image = 0;
    for await (const block of checkedBlocks(set)) {
      for (let from = 0, at = block.first; from < block.rows.length; from += dim, at += 1) {
        if (labels[at]! < 0) continue;
        const place = places[image]! - first;
        image += 1;
        if (place < 0 || place >= size) continue;
        room.rows.set(block.rows.subarray(from, from + dim), place * dim);
        room.labels[place] = labels[at]!;
      }
    }
  }

  let held = false;
  async function* kept(epoch: number): AsyncGenerator<EpochWindow> {
    const room = rooms[0]!;
    if (!held) {
      // Before any epoch, images are at their own numbers.
      for (let image = 0; image < count; image += 1) places[image] = image;
      await fill(room, 0);
      held = true;
    }
    room.order.set(epochOrder(count, seed, epoch));
    yield { ...room, count };
  }

  async function* read(epoch: number): AsyncGenerator<EpochWindow> {
    for (const [place, image] of epochOrder(count, seed, epoch).entries()) places[image] = place;
    for (let first = 0, turn = 0; first < count; first += size, turn += 1) {
      const room = rooms[turn % 2]!;
      await fill(room, first);
      for (let place = 0; place < size; place += 1) room.order[place] = place;
      yield { ...room, count: Math.min(size, count - first) };
    }
  }

  return (epoch) => (fits ? kept(epoch) : oneAhead(read(epoch)));
}
