import { permutation, seededRandom } from '../../operators/random.ts';
import type { Dataset, PlannedSample } from '../../operators/types.ts';

/** Images to choose: how many, and by which seed. */
export interface ImageChoice {
  readonly count: number;
  readonly seed: number;
}

/**
 * Class-balanced choice of images: one after the other of each class, in an order that is a function of the seed and of the
 * dataset. Where there are more classes than images are wanted, the classes are drawn as well.
 *
 * @param use Undefined for an image that cannot be used: another one of its class takes its place.
 * @returns What `use` made of them, one after the other; fewer when the images come to an end.
 */
export async function chosenImages<T>(
  data: Dataset,
  { count, seed }: ImageChoice,
  use: (sample: PlannedSample) => Promise<T | undefined>,
): Promise<readonly T[]> {
  const queues = classQueues(data, count, seed);
  const chosen: T[] = [];
  while (chosen.length < count && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      if (chosen.length === count) break;
      const used = await firstUsable(data, queue, use);
      if (used !== undefined) chosen.push(used);
    }
  }
  return chosen;
}

/** The first of a class that can be used; those before it leave the queue as well. */
async function firstUsable<T>(
  data: Dataset,
  queue: number[],
  use: (sample: PlannedSample) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    const position = queue.pop();
    if (position === undefined) return undefined;
    const used = await use({ ...data.sample(position), position, draw: 0 });
    if (used !== undefined) return used;
  }
}

/** Positions of each class in the order of their turns, the last one first; classes in theirs. */
function classQueues(data: Dataset, count: number, seed: number): readonly number[][] {
  const positions = new Map<number | null, number[]>();
  for (let position = 0; position < data.count; position += 1) {
    const { label } = data.sample(position);
    const of = positions.get(label);
    if (of === undefined) positions.set(label, [position]);
    else of.push(position);
  }
  const queues = Array.from(positions, ([label, of]) => {
    const name = label === null ? '' : data.classes[label]!;
    return Array.from(
      permutation(of.length, seededRandom('sheet images', seed, name)),
      (at) => of[at]!,
    );
  });
  if (queues.length <= count) return queues;
  const order = permutation(queues.length, seededRandom('sheet classes', seed));
  const inOrder = (from: number, end?: number): number[][] =>
    Array.from(order.slice(from, end).sort(), (at) => queues[at]!);
  // The others have a turn when too few images of these can be used.
  return [...inOrder(0, count), ...inOrder(count)];
}
