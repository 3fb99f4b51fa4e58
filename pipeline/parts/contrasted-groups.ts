import type { Engine } from '../../operators/engine/interface/engine.ts';
import { type GroupRow, ofOneGroup } from '../../operators/evaluation/scores/group-row.ts';
import {
  type EvaluatedGroups,
  withGroupRows,
} from '../../operators/evaluation/scores/grouped-rows.ts';
import {
  type ImageAttribute,
  imagesOfGroups,
} from '../../operators/evaluation/scores/image-attribute.ts';
import { unitVectors } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { LossRows } from '../../operators/loss/loss-rows.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import {
  contrastedImages,
  type ContrastOptions,
  contrastRows,
  hasPair,
  specOf,
} from './contrast-metrics.ts';

/** Numbers of the rows that are read at once. */
const numbersAtOnce = 2 ** 26;

/** Rows of one group that are contrasted with each other. */
interface ContrastedGroup {
  readonly group: string;
  /** `[count]` positions in the test set, ascending. */
  readonly images: Int32Array;
}

/**
 * Groups with the losses of each: its images contrasted with each other, as `contrastMetrics` does with all.
 *
 * The vectors are read once, or as often as some 256 MiB go into those of the groups; groups of one size follow each other,
 * because they share a program.
 *
 * @param groups Null, as the result is then, without an attribute.
 */
export async function contrastedGroups(
  engine: Engine,
  { test, by }: { readonly test: VectorSet; readonly by: ImageAttribute | undefined },
  evaluated: EvaluatedGroups | null,
  options: ContrastOptions,
): Promise<EvaluatedGroups | null> {
  if (evaluated === null || by === undefined) return null;
  const groups = groupsWithPairs(test, by, options.seed);
  if (groups.length === 0) return evaluated;
  const total = groups.reduce((sum, { images }) => sum + images.length, 0);
  const further: GroupRow[] = [];
  const session = await engine.createLoss(specOf(options));
  let before = 0;
  try {
    for (const some of readTogether(groups, test.dim)) {
      const rows = await rowsOfGroups(unitVectors(test, options.layer), some);
      for (const [at, { group, images }] of some.entries()) {
        const begun = before;
        const onProgress = (done: number): void => options.onProgress(begun + done, total);
        const found = await contrastRows(session, rows[at]!, { ...options, onProgress });
        before += images.length;
        further.push(...ofOneGroup(group, found));
      }
    }
  } finally {
    await session.close();
  }
  return withGroupRows(evaluated, further);
}

/** Groups in which two images are of one class, the smallest first. */
function groupsWithPairs(test: VectorSet, by: ImageAttribute, seed: number): ContrastedGroup[] {
  const all = imagesOfGroups(
    by,
    Int32Array.from({ length: test.count }, (_, image) => image),
  );
  return by.values
    .map((group, at) => ({ group, images: contrastedImages(test, all[at]!, seed).sample }))
    .filter(({ images }) => hasPair(images.map((image) => test.labels[image]!)))
    .sort((a, b) => a.images.length - b.images.length);
}

function readTogether(groups: readonly ContrastedGroup[], dim: number): ContrastedGroup[][] {
  const parts: ContrastedGroup[][] = [];
  let numbers = Infinity;
  for (const group of groups) {
    numbers += group.images.length * dim;
    if (numbers > numbersAtOnce) {
      parts.push([]);
      numbers = group.images.length * dim;
    }
    parts.at(-1)!.push(group);
  }
  return parts;
}

/** The rows of some groups, which are read once. */
async function rowsOfGroups(
  test: VectorSet,
  groups: readonly ContrastedGroup[],
): Promise<LossRows[]> {
  const { dim: size, labels } = test;
  const found = groups.map(({ images }) => ({
    z: new Float32Array(new SharedArrayBuffer(4 * images.length * size)),
    size,
    labels: images.map((image) => labels[image]!),
  }));
  // An image is in one group.
  const groupOf = new Int32Array(test.count).fill(-1);
  for (const [at, { images }] of groups.entries()) for (const image of images) groupOf[image] = at;
  const filled = new Int32Array(groups.length);
  const wanted = Int32Array.from(groupOf.keys()).filter((image) => groupOf[image]! >= 0);
  for await (const { first, rows } of selectedVectors(test, wanted).blocks()) {
    for (let row = 0; row * size < rows.length; row += 1) {
      const group = groupOf[wanted[first + row]!]!;
      found[group]!.z.set(rows.subarray(row * size, (row + 1) * size), filled[group]! * size);
      filled[group]! += 1;
    }
  }
  return found;
}
