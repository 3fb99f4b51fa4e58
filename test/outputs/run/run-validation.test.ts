import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bestCheckpoint } from '../../../outputs/run/best-checkpoint.ts';
import { checkpointsIn } from '../../../outputs/run/checkpoints.ts';
import { openRunFolder, type RunFolder } from '../../../outputs/run/run-folder.ts';
import { readRun } from '../../../outputs/run/read-run.ts';
import { validationColumns, type ValidationRow } from '../../../outputs/run/validation-columns.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { madeUpState } from '../../helpers/training-cases.ts';

const best = 'knn5_accuracy';

/** A validation after so many steps that measured an accuracy. */
function rowOf(step: number, accuracy: number): ValidationRow {
  const empty = Object.fromEntries(Object.keys(validationColumns).map((name) => [name, 0]));
  // Every column.
  return { ...empty, step, [best]: accuracy } as ValidationRow;
}

/** A run whose metrics are not of interest: as many rows as a checkpoint asks for. */
async function opened(folder: string, keep = { newest: 1 }): Promise<RunFolder> {
  const run = await openRunFolder(folder, {
    config: {},
    resume: true,
    metrics: { step: 'int32' },
    best,
    keep,
  });
  return run;
}

async function saved(run: RunFolder, step: number): Promise<void> {
  for (let row = run.metrics.rows; row < step; row += 1) {
    await run.metrics.append([{ step: row }]);
    await run.timing.append([
      { step: row, step_ms: 0, wall_ms: 0, images_per_second: 0, step_images_per_second: 0 },
    ]);
  }
  await run.saveCheckpoint(madeUpState(step));
}

const bestStep = async (folder: string): Promise<number | undefined> =>
  (await bestCheckpoint(checkpointsIn(folder)))?.step;

async function folderOf(t: ExecutionContext): Promise<string> {
  return path.join(await temporaryFolder(t), 'run');
}

test('the best checkpoint follows the rows, whichever is there first, and outlives rotation', async (t) => {
  const folder = await folderOf(t);
  const run = await opened(folder);
  await saved(run, 2);
  t.is(await bestStep(folder), undefined);
  await run.validation!.append(rowOf(2, 0.5));
  t.is(await bestStep(folder), 2);
  await run.validation!.append(rowOf(4, 0.75));
  t.is(await bestStep(folder), 2, 'the other is not on the disk yet');
  await saved(run, 4);
  t.is(await bestStep(folder), 4);
  await saved(run, 6);
  await run.validation!.append(rowOf(6, 0.75));
  t.is(await bestStep(folder), 4, 'the earliest of equals');
  await run.close();
  t.is((await readRun(folder, 'best')).checkpoint.step, 4);
  t.is(
    (await readRun(folder, 4)).checkpoint.step,
    4,
    'by its step, though rotation took that name',
  );
  t.is((await readRun(folder)).checkpoint.step, 6);
});

test('a run goes on with the rows up to its checkpoint and their best, wherever it was killed', async (t) => {
  const folder = await folderOf(t);
  const run = await opened(folder);
  await saved(run, 2);
  await run.validation!.append(rowOf(2, 0.5));
  await saved(run, 4);
  // Of a checkpoint that was never written: the row goes, and the best stays.
  await run.validation!.append(rowOf(6, 1));
  await run.close();
  const again = await opened(folder);
  t.deepEqual(
    again.validation!.rows.map(({ step }) => step),
    [2],
  );
  t.is(await bestStep(folder), 2);
  // Killed between the row and its mark.
  await again.validation!.append(rowOf(4, 0.7));
  await fs.rm(path.join(checkpointsIn(folder), 'best.safetensors'));
  await again.close();
  const third = await opened(folder);
  t.deepEqual(
    third.validation!.rows.map(({ step, knn5_accuracy: value }) => [step, value]),
    [
      [2, 0.5],
      [4, 0.7],
    ],
  );
  t.is(await bestStep(folder), 4);
  t.deepEqual(third.notes, []);
  await third.close();
});

test('a best checkpoint that is gone is told, and none is taken for it', async (t) => {
  const folder = await folderOf(t);
  const run = await opened(folder);
  await saved(run, 2);
  await run.validation!.append(rowOf(2, 0.5));
  await saved(run, 4);
  await run.close();
  await fs.rm(path.join(checkpointsIn(folder), 'best.safetensors'));
  const again = await opened(folder);
  t.is(again.notes.length, 1);
  t.regex(again.notes[0]!, /^the best checkpoint, of step 2 \(`knn5_accuracy` 0\.5000\), is not/u);
  await again.close();
  await t.throwsAsync(readRun(folder, 'best'), {
    code: 'ERR_CONFIG',
    message: /no best checkpoint/u,
  });
});

test('`until` settles with the row that is waited for', async (t) => {
  const run = await opened(await folderOf(t));
  const { validation } = run;
  const came: number[] = [];
  const waiting = [0, 2, 4].map(async (steps) => {
    await validation!.until(steps);
    came.push(steps);
  });
  await validation!.append(rowOf(2, 0));
  await Promise.all(waiting.slice(0, 2));
  t.deepEqual(came, [0, 2]);
  await validation!.append(rowOf(4, 0));
  await Promise.all(waiting);
  t.deepEqual(came, [0, 2, 4]);
  await run.close();
});
