import type { Random } from '../random.ts';

/** An item of a reservoir. */
export interface Reserved {
  /** Class, from 0. */
  readonly label: number;
  /** Size in bytes. */
  readonly size: number;
}

/** Items by class, from which any can be drawn at random. */
export interface Reservoir<T extends Reserved> {
  /** Items in it. */
  readonly count: number;
  /** Bytes of these together. */
  readonly bytes: number;
  /** Items of each class. Borrowed: do not write. */
  readonly sizes: readonly number[];
  add(item: T): void;
  /** Draws items of one class uniformly without replacement. There are as many. */
  draw(label: number, count: number): T[];
}

/** An empty reservoir. */
export function reservoir<T extends Reserved>(random: Random): Reservoir<T> {
  const classes: T[][] = [];
  const sizes: number[] = [];
  let [count, bytes] = [0, 0];
  const drawOne = (label: number): T => {
    const items = classes[label]!;
    const at = random.below(items.length);
    const item = items[at]!;
    items[at] = items.at(-1)!;
    items.pop();
    sizes[label] = items.length;
    count -= 1;
    bytes -= item.size;
    return item;
  };
  return {
    get count() {
      return count;
    },
    get bytes() {
      return bytes;
    },
    sizes,
    add(item) {
      for (let label = classes.length; label <= item.label; label += 1) {
        classes.push([]);
        sizes.push(0);
      }
      classes[item.label]!.push(item);
      sizes[item.label]! += 1;
      count += 1;
      bytes += item.size;
    },
    draw: (label, wanted) => Array.from({ length: wanted }, () => drawOne(label)),
  };
}

/** Images that a batch takes of one class. */
export interface Allotment {
  readonly label: number;
  readonly images: number;
}

/** Options of `allotBatch`. */
export interface AllotBatchOptions {
  readonly batchSize: number;
  /** Classes of the batch. */
  readonly classesPerBatch: number;
}

/**
 * Quotas of a batch that is drawn from what there is of each class, which is at least `batchSize` in all.
 *
 * Where enough classes have enough items, `classesPerBatch` of them give equal numbers, but for one. They are chosen at
 * random in proportion to what there is of each, so that none piles up. Otherwise classes give in proportion to what there
 * is, and at least two of them: to give equal numbers now would leave later batches with one class alone.
 */
export function allotBatch(
  sizes: readonly number[],
  { batchSize, classesPerBatch }: AllotBatchOptions,
  random: Random,
): Allotment[] {
  const base = Math.floor(batchSize / classesPerBatch);
  const larger = batchSize - base * classesPerBatch;
  const labels = [...sizes.keys()].filter((label) => sizes[label]! > 0);
  const able = labels.filter((label) => sizes[label]! >= base);
  // Those that can give one more are asked first.
  const most = labels.filter((label) => sizes[label]! > base);
  if (able.length >= classesPerBatch && most.length >= larger) {
    const first = chooseBySize(most, sizes, larger, random);
    const others = able.filter((label) => !first.includes(label));
    const rest = chooseBySize(others, sizes, classesPerBatch - larger, random);
    return [
      ...first.map((label) => ({ label, images: base + 1 })),
      ...rest.map((label) => ({ label, images: base })),
    ];
  }
  return proportional(
    chooseEnough(labels, sizes, { batchSize, classesPerBatch }, random),
    sizes,
    batchSize,
  );
}

/** Different labels, one after the other, each in proportion to its size. */
function chooseBySize(
  labels: readonly number[],
  sizes: readonly number[],
  count: number,
  random: Random,
): number[] {
  const left = new Set(labels);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const total = [...left].reduce((sum, label) => sum + sizes[label]!, 0);
    let place = random.below(total);
    for (const label of left) {
      place -= sizes[label]!;
      if (place >= 0) continue;
      chosen.push(label);
      left.delete(label);
      break;
    }
  }
  return chosen;
}

/** `classesPerBatch` classes, or all, and the largest of the others until they hold a batch. */
function chooseEnough(
  labels: readonly number[],
  sizes: readonly number[],
  { batchSize, classesPerBatch }: AllotBatchOptions,
  random: Random,
): number[] {
  const chosen = chooseBySize(labels, sizes, Math.min(classesPerBatch, labels.length), random);
  const others = labels
    .filter((label) => !chosen.includes(label))
    .toSorted((one, other) => sizes[other]! - sizes[one]!);
  const held = (): number => chosen.reduce((sum, label) => sum + sizes[label]!, 0);
  while (held() < batchSize) chosen.push(others.shift()!);
  return chosen;
}

/** Largest remainders; where one class would fill the batch, it leaves a place to another. */
function proportional(
  labels: readonly number[],
  sizes: readonly number[],
  batchSize: number,
): Allotment[] {
  const total = labels.reduce((sum, label) => sum + sizes[label]!, 0);
  const parts = labels.map((label) => {
    const exact = (batchSize * sizes[label]!) / total;
    return { label, images: Math.floor(exact), remainder: exact % 1 };
  });
  const left = batchSize - parts.reduce((sum, { images }) => sum + images, 0);
  const byRemainder = parts.toSorted((one, other) => other.remainder - one.remainder);
  for (const part of byRemainder.slice(0, left)) part.images += 1;
  const alone = parts.find(({ images }) => images === batchSize);
  const other = byRemainder.find((part) => part !== alone);
  if (alone !== undefined && other !== undefined) {
    alone.images -= 1;
    other.images += 1;
  }
  return parts.filter(({ images }) => images > 0).map(({ label, images }) => ({ label, images }));
}
