import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom } from 'rxjs';
import { readQuarantine } from '../../../outputs/tables/write-quarantine.ts';
import { embed } from '../../../pipeline/embed.ts';
import { train } from '../../../pipeline/train.ts';
import { oddJpegs, plainJpegs } from '../../helpers/odd-jpegs.ts';
import { tinyExport, tinyTraining } from '../../helpers/pipeline-options.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('an image that was repaired is used and told once, in training and exports, also after a resume', async (t) => {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  const { 'plain.jpg': whole } = await plainJpegs();
  const { 'no-end.jpg': repairable } = await oddJpegs();
  for (const name of ['a', 'b']) {
    await fs.mkdir(path.join(data, name), { recursive: true });
    await fs.writeFile(path.join(data, name, '1.jpg'), whole!);
    await fs.writeFile(path.join(data, name, '2.jpg'), repairable!.bytes);
  }
  const told = ['a/2.jpg', 'b/2.jpg'].map((id) => ({
    id,
    stage: 'decode',
    code: 'REPAIRED',
    message: `Repaired \`${id}\` in memory: it has no end-of-image marker`,
  }));
  const run = path.join(folder, 'run');
  for (const [steps, resume] of [
    [2, false],
    [2, true],
  ] as const) {
    const task = train(
      tinyTraining({
        data,
        out: run,
        steps,
        batchSize: 4,
        checkpointEvery: 1,
        tolerant: true,
        resume,
      }),
    );
    await lastValueFrom(task.output$, { defaultValue: undefined });
    await task.closed;
    t.deepEqual(await readQuarantine(path.join(run, 'quarantine.arrow')), told as never);
  }
  const exported = async (name: string, tolerant: boolean): Promise<readonly [number, unknown]> => {
    const out = path.join(folder, name);
    const given = { data, model: run, out, tolerant, maxInvalid: 1 };
    const { rows, repaired } = await embed(tinyExport(given));
    t.is(repaired, tolerant ? told.length : 0);
    return [rows, await readQuarantine(path.join(out, 'quarantine.arrow'))];
  };
  t.deepEqual(await exported('tolerant', true), [4, told]);
  const [rows, bad] = await exported('strict', false);
  t.is(rows, 2);
  t.like(bad, [
    {
      id: 'a/2.jpg',
      code: 'ERR_DECODE',
      message:
        'Cannot decode `a/2.jpg`: it has no end-of-image marker; `tolerant: true` uses it all the same',
    },
  ]);
});
