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
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { contrastMetrics, type ContrastOptions } from './contrast-metrics.ts';

/**
 * Groups with the losses of each: its images contrasted with each other, as `contrastMetrics` does with all.
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
  const images = imagesOfGroups(
    by,
    Int32Array.from({ length: test.count }, (_, image) => image),
  );
  const further: GroupRow[] = [];
  const total = images.reduce((sum, { length }) => sum + length, 0);
  let before = 0;
  for (const { group } of evaluated.groups) {
    const ofGroup = selectedVectors(test, images[by.values.indexOf(group)]!);
    const begun = before;
    const onProgress = (done: number): void => options.onProgress(begun + done, total);
    const { rows } = await contrastMetrics(engine, ofGroup, { ...options, onProgress });
    before += ofGroup.count;
    further.push(...ofOneGroup(group, rows));
  }
  return withGroupRows(evaluated, further);
}
