import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { suspectLabels } from '../../../../operators/curation/suspects/suspect-labels.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { letters } from '../../../helpers/lcg-vectors.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

/** A Python with NumPy: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const run = promisify(execFile);

const script = `
import json, sys, base64
import numpy as np
given = json.load(open(0))
z = np.frombuffer(base64.b64decode(given["rows"]), np.float32).reshape(-1, given["dim"]).astype(np.float64)
y, k, t = np.array(given["labels"]), given["k"], given["temperature"]
s = z @ z.T
np.fill_diagonal(s, -np.inf)
near = np.argsort(-s, axis=1, kind="stable")[:, :k]
votes = np.maximum(np.take_along_axis(s, near, axis=1), 0)
shares = np.stack([(votes * (y[near] == c)).sum(1) for c in range(y.max() + 1)], axis=1) / votes.sum(1, keepdims=True)
rows = np.arange(len(y))
own = shares[rows, y]
others = shares.copy()
others[rows, y] = -1
bounds = np.array([own[y == c].mean() for c in range(y.max() + 1)])
able = np.where((shares > 0) & (shares >= bounds), shares, -1)
flags = (able.max(1) >= 0) & (able.argmax(1) != y)
loss = []
for i in rows:
    negatives = s[i, y != y[i]]
    positives = s[i, (y == y[i]) & (rows != i)]
    loss.append(np.log1p(np.exp((negatives[None] - positives[:, None]) / t).sum(1)).mean())
print(json.dumps({"own": own.tolist(), "margin": (own - others.max(1)).tolist(), "loss": loss, "flags": flags.astype(int).tolist()}))
`;

interface Answer {
  readonly own: readonly number[];
  readonly margin: readonly number[];
  readonly loss: readonly number[];
  readonly flags: readonly number[];
}

test('shares, margins, losses and suspects are those that NumPy computes', async (t) => {
  const hasNumPy = await run(python, ['-c', 'import numpy']).then(
    () => true,
    () => false,
  );
  if (!hasNumPy) {
    t.log(`not compared: ${python} has no NumPy; name one that has in SINCERE_PYTHON`);
    t.pass();
    return;
  }
  const [count, dim, k, temperature] = [240, 6, 9, 0.2];
  const rows = unitRows(count, dim, 'suspects peer');
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const [x, y] = [rows[row * dim]!, rows[row * dim + 1]!];
    return row % 17 === 3 ? row % 4 : Number(x > 0) + 2 * Number(y > 0);
  });
  const ids = Array.from(labels, (_, at) => `row ${at}`);
  const set = vectorsInMemory({ name: 'given', classes: letters(4), ids, labels, dim, rows });
  const found = await suspectLabels(set, set, {
    layer: 'projection',
    leaveOneOut: true,
    threads: 0,
    k,
    temperature,
  });
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString('base64');
  const process = run(python, ['-c', script]);
  process.child.stdin!.end(
    JSON.stringify({ rows: bytes, dim, labels: [...labels], k, temperature }),
  );
  const answer = JSON.parse((await process).stdout) as Answer;
  t.deepEqual([...found.suspect], answer.flags);
  t.true(answer.flags.includes(1));
  const near = (ours: Float64Array, theirs: readonly number[]): boolean =>
    ours.every((value, at) => Math.abs(value - theirs[at]!) < 1e-9);
  t.true(near(found.selfConfidence, answer.own));
  t.true(near(found.margin, answer.margin));
  t.true(near(found.loss, answer.loss));
});
