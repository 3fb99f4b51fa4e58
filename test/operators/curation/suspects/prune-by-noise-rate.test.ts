import test from 'ava';
import fc from 'fast-check';
import type { ClassShares } from '../../../../operators/curation/suspects/class-shares.ts';
import { confidentJoint } from '../../../../operators/curation/suspects/confident-joint.ts';
import {
  type PrunedRows,
  pruneByNoiseRate,
} from '../../../../operators/curation/suspects/prune-by-noise-rate.ts';

const classes = 3;

/** Rows of a class, the shares of all classes, and a loss. */
type Voted = readonly [label: number, shares: readonly number[], loss: number];

function rowsOf(given: readonly Voted[]): PrunedRows {
  return {
    labels: Int32Array.from(given, ([label]) => label),
    shares: given.map(([, shares]) => sharesOf(shares)),
    losses: Float64Array.from(given, ([, , loss]) => loss),
    classes,
  };
}

/** Classes without a share are not met. */
function sharesOf(shares: readonly number[]): ClassShares {
  const met = shares.map((share, label): [number, number] => [label, share]);
  return new Map(met.filter(([, share]) => share > 0));
}

const votes = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: classes, maxLength: classes })
  .filter((counts) => counts.some((count) => count > 0))
  .map((counts) => counts.map((count) => count / counts.reduce((sum, value) => sum + value, 0)));
const voted = fc.tuple(
  fc.integer({ min: 0, max: classes - 1 }),
  votes,
  fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(NaN)),
);
const rowsWithVotes = fc.array(voted, { minLength: 1, maxLength: 40 });

test('of a pair as many rows as are estimated are pruned, the largest loss² × margin first', (t) => {
  const [own, other, third] = [0, 1, 2];
  const rows = rowsOf([
    [own, [0.4, 0.6, 0], 1.8], // 0.648
    [own, [0.1, 0.9, 0], 1], // 0.8
    [own, [0.1, 0.9, 0], 1], // 0.8, later
    [own, [0.6, 0.4, 0], 9], // prefers its own
    [own, [0, 0.5, 0.5], NaN], // last
    [other, [0.1, 0.9, 0], 9],
  ]);
  const pruned = (estimated: number, of = other): number[] => {
    return [...pruneByNoiseRate(rows, [{ given: own, true: of, estimated }])];
  };
  t.deepEqual(pruned(1.4), [0, 1, 0, 0, 0, 0]);
  t.deepEqual(pruned(1.5), [0, 1, 1, 0, 0, 0]);
  t.deepEqual(pruned(3), [1, 1, 1, 0, 0, 0]);
  t.deepEqual(pruned(100), [1, 1, 1, 0, 1, 0]);
  t.deepEqual(pruned(100, third), [0, 0, 0, 0, 1, 0]);
  t.deepEqual([...pruneByNoiseRate(rows, [])], [0, 0, 0, 0, 0, 0]);
});

test('no pruned row has the class that its neighbours prefer, and no more are than estimated', (t) => {
  fc.assert(
    fc.property(rowsWithVotes, (given) => {
      const rows = rowsOf(given);
      const { estimates } = confidentJoint(rows);
      const pruned = pruneByNoiseRate(rows, estimates);
      const count = pruned.reduce((sum, flag) => sum + flag, 0);
      t.true(count <= estimates.reduce((sum, one) => sum + Math.round(one.estimated), 0));
      for (const [row, [label, shares]] of given.entries()) {
        if (pruned[row] === 1) t.true(Math.max(...shares) > shares[label]!);
      }
    }),
    { seed: 20, numRuns: 300 },
  );
});

test('the order of the rows does not matter where no two losses are equal', (t) => {
  const loss = fc.double({ min: 0.1, max: 9, noNaN: true });
  const row = fc.tuple(fc.integer({ min: 0, max: classes - 1 }), votes, loss);
  const different = fc.uniqueArray(row, { selector: ([, , one]) => one, maxLength: 30 });
  const flags = (given: readonly Voted[]): Uint8Array => {
    return pruneByNoiseRate(rowsOf(given), confidentJoint(rowsOf(given)).estimates);
  };
  fc.assert(
    fc.property(different, (given) => {
      t.deepEqual([...flags(given.toReversed())], [...flags(given)].toReversed());
    }),
    { seed: 20, numRuns: 300 },
  );
});
