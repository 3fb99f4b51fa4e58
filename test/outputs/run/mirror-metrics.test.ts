import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { from, lastValueFrom, toArray } from 'rxjs';
import { readLogRows } from '../../helpers/log-rows.ts';
import { mirrorMetrics } from '../../../outputs/run/mirror-metrics.ts';
import {
  type EarlierRows,
  openEventRows,
  openMetricsLines,
} from '../../../outputs/run/row-mirror.ts';
import { openRunFolder } from '../../../outputs/run/run-folder.ts';
import { writeMetrics } from '../../../outputs/run/write-metrics.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { madeUpState, madeUpStep } from '../../helpers/training-cases.ts';

async function* rowsOf(log: string): EarlierRows {
  for await (const row of readLogRows(log)) yield ['train', row];
}

const lines = async (folder: string): Promise<readonly Record<string, unknown>[]> => {
  const text = await fs.readFile(path.join(folder, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('JSON lines hold the rows of the log, also of a run that was broken and continued', async (t) => {
  const folder = await temporaryFolder(t);
  const config = { seed: 1 };
  const trained = async (first: number, end: number, stateAt: number): Promise<void> => {
    const run = await openRunFolder(folder, { config, resume: first > 0 });
    const mirror = await openMetricsLines(folder, rowsOf(run.metrics.path));
    const steps = Array.from({ length: end - first }, (_, at) => madeUpStep(first + at));
    await lastValueFrom(from(steps).pipe(writeMetrics(run), mirrorMetrics([mirror]), toArray()));
    if (stateAt > first) await run.saveCheckpoint(madeUpState(stateAt));
    await mirror.close();
    await mirror.close();
    await run.close();
  };
  await trained(0, 5, 3);
  t.is((await lines(folder)).length, 5);
  await trained(3, 6, 6);
  const rows: unknown[] = [];
  for await (const [kind, row] of rowsOf(path.join(folder, 'metrics.arrows'))) {
    rows.push(JSON.parse(JSON.stringify({ kind, ...row })));
  }
  t.is(rows.length, 6);
  t.deepEqual(await lines(folder), rows);
});

test('what is not finite is null in JSON lines', async (t) => {
  const folder = await temporaryFolder(t);
  const mirror = await openMetricsLines(folder, (async function* (): EarlierRows {})());
  await mirror.append('validation', { step: 10, knn5_accuracy: 0.5, silhouette: Number.NaN });
  await mirror.close();
  t.deepEqual(await lines(folder), [
    { kind: 'validation', step: 10, knn5_accuracy: 0.5, silhouette: null },
  ]);
});

test('a folder that cannot be written is an error that names the file', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'missing');
  const none = (async function* (): EarlierRows {})();
  const error = await t.throwsAsync(openMetricsLines(folder, none), { code: 'ERR_WRITE' });
  t.true(error.message.includes('metrics.jsonl'), error.message);
});

test('rows of TensorBoard go below the folder of the run', async (t) => {
  const folder = await temporaryFolder(t);
  const mirror = await openEventRows(folder, 0);
  await mirror.append('train', { step: 0, loss: 1 });
  await mirror.close();
  const [name, ...others] = await fs.readdir(path.join(folder, 'tensorboard'));
  t.is(others.length, 0);
  const bytes = await fs.readFile(path.join(folder, 'tensorboard', name!), 'latin1');
  t.true(bytes.includes('train/loss'));
});
