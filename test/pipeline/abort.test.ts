import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { decodePermits, readPermits } from '../../pipeline/parts/native-permits.ts';
import { embed } from '../../pipeline/embed.ts';
import { train } from '../../pipeline/train.ts';
import { settled } from '../helpers/deferred.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { steps } from '../helpers/told.ts';

// A file of its own: handles belong to the process, and tests of a file share it.

const leftovers = async (folder: string): Promise<string[]> =>
  (await fs.readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith('.tmp') || name.endsWith('.lock'),
  );

/** What keeps the process alive. */
const handles = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'Immediate');

test.serial('aborted runs leave no handle, no queued decode and no temporary file', async (t) => {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeImageTree(data, [20, 20]);
  const out = path.join(folder, 'run');
  const before = handles();

  const training = train(tinyTraining({ data, out, steps: 200, cacheMb: 0, prefetch: 4 }));
  await firstValueFrom(steps(training.output$));
  await training.closed;
  t.deepEqual([decodePermits.waiting, decodePermits.held], [0, 0]);
  t.deepEqual([readPermits.waiting, readPermits.held], [0, 0]);
  t.deepEqual(await leftovers(out), []);
  await settled();
  t.deepEqual(handles(), before);

  const model = path.join(folder, 'model');
  const complete = train(tinyTraining({ data, out: model, steps: 0 }));
  await lastValueFrom(complete.output$, { defaultValue: undefined });
  await complete.closed;
  const vectors = path.join(folder, 'vectors');
  const exporting = embed(tinyExport({ data, model, out: vectors }));
  const reason = new Error('enough');
  const began: { at?: number } = {};
  await t.throwsAsync(
    steps(exporting.output$).forEach(() => {
      began.at = performance.now();
      exporting.abort(reason);
    }),
    { is: reason },
  );
  t.true(performance.now() - began.at! < 300, 'acknowledged within 300 ms');
  await exporting.closed;
  t.deepEqual([decodePermits.waiting, decodePermits.held], [0, 0]);
  t.deepEqual(await leftovers(vectors), []);
  await settled();
  t.deepEqual(handles(), before);
});
