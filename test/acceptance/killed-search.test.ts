import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { neighbours } from '../../pipeline/neighbours.ts';
import { runProgram, startProgram } from '../helpers/program.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';

test('a search whose process was killed goes on to the bytes of an unbroken one', async (t) => {
  const [size, classes] = [16, ['a', 'b']];
  const setOf = (key: string, count: number) => ({
    projection: unitRows(count, size, 'killed search', key),
    size,
    labels: Array.from({ length: count }, (_, at) => at % 2),
    classes,
    datasetHash: key.padEnd(64, '0'),
  });
  const query = await writeVectorExport(t, setOf('q', 30_000));
  const of = await writeVectorExport(t, setOf('s', 4000));
  const folder = await temporaryFolder(t);
  const whole = path.join(folder, 'whole');
  await neighbours({ query, of, out: whole, top: 5 });
  const out = path.join(folder, 'killed');
  const part = path.join(out, 'unfinished', 'search.json');
  const some = ['--top', '5', '--memory-mb', '1', '--threads', '1', '--out', out];
  const args = ['neighbours', query, '--of', of, ...some];
  const running = startProgram(args);
  while (!existsSync(part) && running.child.exitCode === null) await sleep(1);
  running.child.kill('SIGKILL');
  const { code } = await running.ended;
  t.is(code, null, 'it was over before it was killed');
  const resumed = await runProgram([...args, '--resume']);
  t.is(resumed.code, 0, resumed.stderr);
  for (const name of ['neighbours.arrow', 'summary.json']) {
    t.deepEqual(await fs.readFile(path.join(out, name)), await fs.readFile(path.join(whole, name)));
  }
});
