import type { SetOverlap } from '../overlap/set-overlap.ts';
import { calibrationErrors, calibrationRows } from './calibration-rows.ts';
import { type EvaluationRow, measuredRows, type RowsOptions } from './evaluation-rows.ts';
import { type GroupRow, ofOneGroup } from './group-row.ts';
import { groupSpreads, type GroupSpread } from './group-spread.ts';
import { type ImageMetric, imageMetrics } from './image-metrics.ts';
import { type ImageAttribute, imagesOfGroups } from './image-attribute.ts';
import type { ImageScores } from './image-scores.ts';
import { overlapRows } from './overlap-rows.ts';

/** Every metric for each value of an attribute of the test images. */
export interface EvaluatedGroups {
  /** Name of the attribute. */
  readonly by: string;
  /** Its values that test images have, each with their number. */
  readonly groups: readonly { readonly group: string; readonly images: number }[];
  /** Test images without a value: in no group. */
  readonly withoutValue: number;
  readonly rows: readonly GroupRow[];
  /** How far the groups are apart in each metric. */
  readonly spreads: readonly GroupSpread[];
  /** Value of a test image, by its position in the scores; null for none. */
  readonly groupOf: (image: number) => string | null;
}

/** Where the metrics of groups come from. */
export interface GroupedSources {
  readonly scores: ImageScores;
  /** Positions of the images that are scored. */
  readonly scored: Int32Array;
  /** Numbers of neighbours that voted. */
  readonly ks: readonly number[];
  /** Metrics of clusters, on the images of a group. */
  readonly clusters: (images: Int32Array) => readonly ImageMetric[];
  /** Null leave-one-out. */
  readonly overlap: SetOverlap | null;
}

/**
 * Every metric for each value of an attribute, over the scored images that have it: what the metric would be if there
 * were no other test images, with the same neighbours, probes, class means and clusters. Gauges of the training
 * images are of no group.
 */
export function groupedRows(
  attribute: ImageAttribute,
  { scores, scored, ks, clusters, overlap }: GroupedSources,
  options: RowsOptions & Pick<EvaluationRow, 'layer'>,
): EvaluatedGroups {
  const { name: by, values, codes } = attribute;
  const all = imagesOfGroups(attribute, Int32Array.from(codes.keys()));
  const ofScored = imagesOfGroups(attribute, scored);
  const present = values.flatMap((group, code) => {
    const images = all[code]!;
    return images.length === 0 ? [] : [{ group, code, images }];
  });
  const rows = present.flatMap(({ group, code, images }): GroupRow[] => {
    const among = ofScored[code]!;
    const metrics = [...imageMetrics(scores, among, images), ...clusters(among)];
    const ofGroup = measuredRows(metrics, null, options);
    const shared = overlap === null ? [] : overlapRows(overlap.among(images), options.layer);
    const calibration = calibrationRows(scores, ks, among);
    const errors = calibrationErrors(calibration, ks, options.layer);
    return ofOneGroup(group, [...ofGroup, ...errors, ...shared]);
  });
  return {
    by,
    groups: present.map(({ group, images }) => ({ group, images: images.length })),
    withoutValue: codes.reduce((count, code) => count + Number(code < 0), 0),
    rows,
    spreads: groupSpreads(rows),
    groupOf: (image) => values[codes[image]!] ?? null,
  };
}

/** The same groups with further rows of theirs, each after those of its group. */
export function withGroupRows(
  evaluated: EvaluatedGroups,
  further: readonly GroupRow[],
): EvaluatedGroups {
  const all = { ...evaluated, rows: [...evaluated.rows, ...further] };
  const rows = [...rowsByGroup(all).values()].flat();
  return { ...evaluated, rows, spreads: groupSpreads(rows) };
}

/** Rows of each group, in one pass over all. */
export function rowsByGroup({
  groups,
  rows,
}: Pick<EvaluatedGroups, 'groups' | 'rows'>): ReadonlyMap<string, readonly GroupRow[]> {
  const byGroup = new Map(groups.map(({ group }): [string, GroupRow[]] => [group, []]));
  for (const row of rows) byGroup.get(row.group)?.push(row);
  return byGroup;
}
