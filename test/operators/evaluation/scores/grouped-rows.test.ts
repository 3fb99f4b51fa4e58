import test from 'ava';
import { evaluateVectors } from '../../../../operators/evaluation/evaluation.ts';
import { metricOf } from '../../../../operators/evaluation/metrics/metric-names.ts';
import type { ImageAttribute } from '../../../../operators/evaluation/scores/image-attribute.ts';
import { groupSpreads } from '../../../../operators/evaluation/scores/group-spread.ts';
import { type GroupRow, ofOneGroup } from '../../../../operators/evaluation/scores/group-row.ts';
import { selectedVectors } from '../../../../operators/evaluation/vectors/selected-vectors.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const classes = ['a', 'b', 'c'];

function setOf(name: string, count: number, seed: number, unknownEach = Infinity) {
  const labels = Int32Array.from({ length: count }, (_, at) =>
    at % unknownEach === 0 ? -1 : at % 3,
  );
  const ids = Array.from(labels, (_, at) => `${name}/${at}`);
  return vectorsInMemory({ name, classes, ids, labels, dim: 8, rows: unitRows(count, 8, seed) });
}

const train = setOf('train', 90, 1);
const tested = setOf('test', 60, 2, 20);
const site: ImageAttribute = {
  name: 'site',
  values: ['north', 'nowhere', 'south'],
  codes: Int32Array.from({ length: 60 }, (_, at) => (at % 7 === 3 ? -1 : at < 20 ? 0 : 2)),
};
const options = {
  ks: [1, 5],
  layer: 'projection',
  threads: 0,
  bootstrap: { resamples: 50 },
} as const;

/** Clusters and silhouettes are of all test images, whatever their group; those of the training images are of no group. */
const isOfImages = (metric: string): boolean =>
  !['clusters', 'silhouette', 'collapse'].includes(metricOf(metric)!.from);

test('metrics of a group are those of an evaluation of its images alone', async (t) => {
  const { groups, rows } = await evaluateVectors({ train, test: tested }, { ...options, by: site });
  t.deepEqual(
    groups!.groups.map(({ group }) => group),
    ['north', 'south'],
    'a value that no test image has is no group',
  );
  for (const { group, images } of groups!.groups) {
    const code = site.values.indexOf(group);
    const positions = Int32Array.from(site.codes.keys()).filter((at) => site.codes[at] === code);
    t.is(images, positions.length);
    const alone = await evaluateVectors(
      { train, test: selectedVectors(tested, positions) },
      options,
    );
    const expected = alone.rows.filter((row) => row.class === null && isOfImages(row.metric));
    const own = groups!.rows.filter((row) => row.group === group && isOfImages(row.metric));
    t.deepEqual(own, ofOneGroup(group, expected));
  }
  const whole = rows
    .filter((row) => row.class === null && metricOf(row.metric)?.from !== 'collapse')
    .map(({ metric }) => metric);
  const ofNorth = groups!.rows.filter(({ group }) => group === 'north').map(({ metric }) => metric);
  t.deepEqual(ofNorth, whole, 'every metric there is of test images');
});

test('images without a value are in no group, and counted', async (t) => {
  const { groups } = await evaluateVectors({ train, test: tested }, { ...options, by: site });
  t.is(groups!.withoutValue, site.codes.filter((code) => code < 0).length);
  t.is(groups!.groupOf(3), null);
  t.is(groups!.groupOf(0), 'north');
});

test('leave-one-out, images without a class are left out and the others keep their values', async (t) => {
  const { groups, neighbours } = await evaluateVectors(
    { train: tested, test: tested },
    { ...options, leaveOneOut: true, by: site },
  );
  for (let image = 0; image < neighbours.count; image += 1) {
    const position = Number(neighbours.id(image).split('/')[1]);
    t.is(groups!.groupOf(image), site.values[site.codes[position]!] ?? null);
  }
  t.false(groups!.rows.some(({ metric }) => metric === 'overlap'));
});

test('the worst group is the one with the least favourable value, and the gap is largest minus smallest', (t) => {
  const row = (metric: string, group: string, value: number | null): GroupRow => {
    return {
      metric,
      group,
      value,
      class: null,
      layer: 'projection',
      ciLow: null,
      ciHigh: null,
      n: 4,
    };
  };
  const spreads = groupSpreads([
    row('knn1_accuracy', 'x', 0.5),
    row('knn1_accuracy', 'y', 0.25),
    row('knn1_accuracy', 'z', 0.25),
    row('knn1_accuracy', 'empty', null),
    row('noise_median', 'x', 0.5),
    row('noise_median', 'y', 0.125),
    row('margin_absolute', 'x', 1),
    row('margin_absolute', 'y', 0.5),
    row('mrr', 'x', 1),
    row('mrr', 'y', null),
  ]);
  t.deepEqual(spreads, [
    { metric: 'knn1_accuracy', gap: 0.25, worst: { group: 'y', value: 0.25, n: 4 } },
    { metric: 'noise_median', gap: 0.375, worst: { group: 'x', value: 0.5, n: 4 } },
    { metric: 'margin_absolute', gap: 0.5, worst: null },
  ]);
});

test('an attribute has a value for each test image, and few enough to be groups', async (t) => {
  const wrong = { ...site, codes: site.codes.subarray(1) };
  await t.throwsAsync(evaluateVectors({ train, test: tested }, { ...options, by: wrong }), {
    instanceOf: RangeError,
    message: /value for each of 60 test images, got `59`/u,
  });
  const many = { ...site, values: Array.from({ length: 10_001 }, String) };
  await t.throwsAsync(evaluateVectors({ train, test: tested }, { ...options, by: many }), {
    instanceOf: RangeError,
    message:
      /^Expected `by` to be a column of at most 10000 different values, got 10001 in `site`/u,
  });
});
