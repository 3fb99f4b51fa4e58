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
import json, base64
import numpy as np
given = json.load(open(0))
z = np.frombuffer(base64.b64decode(given["rows"]), np.float32).reshape(-1, given["dim"]).astype(np.float64)
y, k, t = np.array(given["labels"]), given["k"], given["temperature"]
rows, classes = np.arange(len(y)), range(y.max() + 1)
s = z @ z.T
np.fill_diagonal(s, -np.inf)
near = np.argsort(-s, axis=1, kind="stable")[:, :k]
votes = np.maximum(np.take_along_axis(s, near, axis=1), 0)
shares = np.stack([(votes * (y[near] == c)).sum(1) for c in classes], axis=1) / votes.sum(1, keepdims=True)
own = shares[rows, y]
others = shares.copy()
others[rows, y] = -1
loss = []
for i in rows:
    negatives = s[i, y != y[i]]
    positives = s[i, (y == y[i]) & (rows != i)]
    loss.append(np.log1p(np.exp((negatives[None] - positives[:, None]) / t).sum(1)).mean())
loss = np.array(loss)
bounds = np.array([own[y == c].mean() for c in classes])
able = np.where((shares > 0) & (shares >= bounds - 1e-9), shares, -1)
sure = np.where(able.max(1) >= 0, able.argmax(1), -1)
counts = np.array([[((y == i) & (sure == j)).sum() for j in classes] for i in classes])
joint = counts / counts.sum(1, keepdims=True) * np.bincount(y)[:, None]
flags = np.zeros(len(y), int)
for i in classes:
    for j in classes:
        margin = shares[:, j] - own
        able = rows[(y == i) & (margin > 0)]
        if i != j:
            flags[sorted(able, key=lambda row: -loss[row] * loss[row] * margin[row])[: int(np.floor(joint[i, j] + 0.5))]] = 1
rank = np.empty(len(y), int)
lead = own - others.max(1)
rank[sorted(rows, key=lambda row: (-loss[row] * loss[row] * (1 - lead[row]), -loss[row]))] = rows + 1
answer = {"own": own, "margin": lead, "loss": loss, "flags": flags, "rank": rank}
print(json.dumps({name: values.tolist() for name, values in answer.items()} | {"joint": joint.tolist()}))
`;

interface Answer {
  readonly own: readonly number[];
  readonly margin: readonly number[];
  readonly loss: readonly number[];
  readonly flags: readonly number[];
  readonly rank: readonly number[];
  readonly joint: readonly (readonly number[])[];
}

test('shares, losses, estimates, suspects and ranks are those that NumPy computes', async (t) => {
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
  const child = run(python, ['-c', script]);
  child.child.stdin!.end(JSON.stringify({ rows: bytes, dim, labels: [...labels], k, temperature }));
  const answer = JSON.parse((await child).stdout) as Answer;
  t.deepEqual([...found.suspect], answer.flags);
  t.true(answer.flags.includes(1));
  t.deepEqual([...found.rank], answer.rank);
  for (const { given, suggested, estimated } of found.pairs) {
    t.true(Math.abs(estimated - answer.joint[given]![suggested]!) < 1e-9);
  }
  const near = (ours: Float64Array, theirs: readonly number[]): boolean =>
    ours.every((value, at) => Math.abs(value - theirs[at]!) < 1e-9);
  t.true(near(found.selfConfidence, answer.own));
  t.true(near(found.margin, answer.margin));
  t.true(near(found.loss, answer.loss));
});
