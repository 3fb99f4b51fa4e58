import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import type { ClassShares } from '../../../../operators/curation/suspects/class-shares.ts';
import { confidentJoint } from '../../../../operators/curation/suspects/confident-joint.ts';
import { pruneByNoiseRate } from '../../../../operators/curation/suspects/prune-by-noise-rate.ts';
import { seededRandom } from '../../../../operators/random.ts';

/** A Python with cleanlab: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const run = promisify(execFile);

const sharesOf = (shares: readonly number[]): ClassShares => new Map(shares.entries());

test('counts of a given class are scaled to its rows', (t) => {
  // Thresholds: 0.6, the mean of 0.8, 0.8 and 0.2, and 0.5.
  const shares = [
    [0.8, 0.2],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.5, 0.5],
    [0.5, 0.5],
  ].map(sharesOf);
  const labels = Int32Array.of(0, 0, 0, 1, 1);
  const { thresholds, estimates } = confidentJoint({ labels, shares, classes: 2 });
  t.true(Math.abs(thresholds[0]! - 0.6) < 1e-12);
  t.is(thresholds[1], 0.5);
  t.deepEqual(estimates, [{ given: 0, true: 1, estimated: 1 }]);
});

test('shares that are all equal reach their mean, whatever it rounds to', (t) => {
  for (const share of [0.1, 0.3, 0.7, 1 / 3, 0.9]) {
    for (let rows = 1; rows <= 60; rows += 1) {
      const labels = new Int32Array(rows + 1).fill(0, 0, rows).fill(1, rows);
      // One row that belongs to the other class, all others to their own.
      const shares = Array.from(labels, () => sharesOf([share, 0]));
      const { estimates } = confidentJoint({ labels, shares, classes: 2 });
      t.deepEqual(estimates, [{ given: 1, true: 0, estimated: 1 }], `${rows} × ${share}`);
    }
  }
});

test('a class without rows, and rows without a vote, estimate nothing', (t) => {
  const none = confidentJoint({ labels: Int32Array.of(0), shares: [sharesOf([])], classes: 2 });
  t.deepEqual([[...none.thresholds], none.estimates], [[NaN, NaN], []]);
  const labels = Int32Array.of(0, 0);
  const shares = [
    [1, 0],
    [0.2, 0.8],
  ].map(sharesOf);
  const { thresholds, estimates } = confidentJoint({ labels, shares, classes: 2 });
  // Class 1 has no rows: its threshold is the mean of all.
  t.deepEqual([...thresholds], [0.6, 0.6]);
  t.deepEqual(estimates, [{ given: 0, true: 1, estimated: 1 }]);
});

const script = `
import json
import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
given = json.load(open(0))
labels, shares = np.array(given["labels"]), np.array(given["shares"])
print(json.dumps({
    "thresholds": get_confident_thresholds(labels, shares).tolist(),
    "counts": compute_confident_joint(labels, shares, calibrate=False).tolist(),
    "flags": find_label_issues(labels, shares, n_jobs=1).tolist(),
}))
`;

interface Answer {
  readonly thresholds: readonly number[];
  readonly counts: readonly (readonly number[])[];
  readonly flags: readonly boolean[];
}

test('thresholds, estimates and what is pruned by margin are those of cleanlab', async (t) => {
  const hasCleanlab = await run(python, ['-c', 'import cleanlab']).then(
    () => true,
    () => false,
  );
  if (!hasCleanlab) {
    t.log(`not compared: ${python} has no cleanlab; name one that has in SINCERE_PYTHON`);
    t.pass();
    return;
  }
  const classes = 4;
  const { labels, shares } = noisyVotes(2000, classes);
  const child = run(python, ['-c', script], { maxBuffer: 1e8 });
  child.child.stdin!.end(JSON.stringify({ labels: [...labels], shares }));
  const theirs = JSON.parse((await child).stdout) as Answer;
  const voted = { labels, shares: shares.map(sharesOf), classes };
  const { thresholds, estimates } = confidentJoint(voted);
  t.true(thresholds.every((value, at) => Math.abs(value - theirs.thresholds[at]!) < 1e-12));
  for (const { given, true: other, estimated } of estimates) {
    const counts = theirs.counts[given]!;
    const scale = labels.filter((label) => label === given).length / sum(counts);
    t.true(Math.abs(estimated - counts[other]! * scale) < 1e-9);
  }
  t.is(
    estimates.length,
    theirs.counts.flatMap((row, at) => row.filter((count, to) => to !== at && count > 0)).length,
  );
  // With equal losses `loss² × margin` is the margin.
  const losses = new Float64Array(labels.length).fill(1);
  const pruned = pruneByNoiseRate({ ...voted, losses }, estimates);
  const different = theirs.flags.filter((flag, row) => flag !== (pruned[row] === 1)).length;
  // It rounds the estimates of a class together: by at most one row of each pair.
  t.true(different <= estimates.length, `${different}`);
  t.true(sum([...pruned]) > 5 * estimates.length);
});

/** Shares without ties, and labels of which one in six is another class than that of the largest share. */
function noisyVotes(count: number, classes: number) {
  const random = seededRandom('noisy votes', 20);
  const shares = Array.from({ length: count }, () => {
    const votes = Array.from({ length: classes }, () => random.uniform() ** 3);
    return votes.map((vote) => vote / sum(votes));
  });
  const labels = Int32Array.from(shares, (row) => {
    const first = row.indexOf(Math.max(...row));
    return random.uniform() < 1 / 6 ? random.below(classes) : first;
  });
  return { labels, shares };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
