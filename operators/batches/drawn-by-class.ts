import type { ClassWalks } from './class-walks.ts';

/** Draws of one class in the first steps of a run, as its plans have them. */
export interface DrawnClass {
  readonly name: string;
  /** Images of the class in the dataset. */
  readonly images: number;
  /** Places of batches that the class filled. */
  readonly draws: number;
  /** Different images that were planned for them. */
  readonly distinct: number;
  /** Images of the class that cannot be used. */
  readonly bad: number;
  /** Places planned for these, which others of the class took. */
  readonly replaced: number;
}

/**
 * Frequency table of a run by class: what the plans of its first `steps` steps drew, without making them.
 *
 * Classes stand in the order of their labels; those without images are left out. Costs one pass over the classes for each
 * epoch, and one over the images when some are bad.
 *
 * @param bad Ids of images that cannot be used.
 */
export function drawnByClass(
  walks: ClassWalks,
  steps: number,
  bad: ReadonlySet<string>,
): readonly DrawnClass[] {
  const { index, dataset, shares } = walks;
  const draws = shares.before(steps);
  const badItems = itemsByLabel(walks, bad);
  return index.labels.map((label, member) => {
    const images = index.positions(label).length;
    const items = badItems.get(label) ?? [];
    return {
      name: dataset.classes[label]!,
      images,
      draws: draws[member]!,
      distinct: Math.min(images, draws[member]!),
      bad: items.length,
      replaced: drawsOf(walks, label, items, draws[member]!),
    };
  });
}

/** Places of some images in the walks of their classes. */
function itemsByLabel(
  { index, dataset }: ClassWalks,
  ids: ReadonlySet<string>,
): ReadonlyMap<number, readonly number[]> {
  if (ids.size === 0) return new Map();
  const isBad = (position: number): boolean => ids.has(dataset.sample(position).id);
  return new Map(
    index.labels.map((label) => [
      label,
      Array.from(index.positions(label), (position, item) => (isBad(position) ? item : -1)).filter(
        (item) => item >= 0,
      ),
    ]),
  );
}

/** How often some images of a class are among its first draws. */
function drawsOf(
  walks: ClassWalks,
  label: number,
  items: readonly number[],
  draws: number,
): number {
  if (items.length === 0) return 0;
  const order = walks.walk(label);
  const turns = Math.floor(draws / order.count);
  const begun = new Set(order.turn(turns).subarray(0, draws - turns * order.count));
  return items.length * turns + items.filter((item) => begun.has(item)).length;
}
