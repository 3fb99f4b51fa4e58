import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { crc32c } from '../../../outputs/tensorboard/crc32c.ts';
import { openEventFile } from '../../../outputs/tensorboard/event-file.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A Python with TensorBoard: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const run = promisify(execFile);

const script = `
import json, sys
from tensorboard.backend.event_processing import event_accumulator as ea
read = ea.EventAccumulator(sys.argv[1], size_guidance={ea.SCALARS: 0})
read.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}))
`;

test('CRC-32C has the values of RFC 3720', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe306_9283);
  t.is(crc32c(Buffer.alloc(32)), 0x8a91_36aa);
  t.is(crc32c(Buffer.alloc(32, 0xff)), 0x62a8_ab43);
  t.is(crc32c(Buffer.alloc(0)), 0);
});

test('the files of a run that is continued sort in the order in which they were begun', async (t) => {
  const folder = await temporaryFolder(t);
  const begun: string[] = [];
  for (const seconds of [999_999_999, 1_000_000_000, 1_000_000_000]) {
    const events = await openEventFile(folder, { now: () => seconds });
    begun.push(path.basename(events.path));
    await events.close();
    await events.close();
  }
  t.deepEqual((await fs.readdir(folder)).toSorted(), begun);
});

test('TensorBoard reads scalars, and drops what a run that is continued takes back', async (t) => {
  const hasTensorBoard = await run(python, ['-c', 'import tensorboard']).then(
    () => true,
    () => false,
  );
  if (!hasTensorBoard) {
    t.log(`left out: \`${python}\` has no TensorBoard (\`pip install tensorboard\`)`);
    t.pass();
    return;
  }
  const folder = await temporaryFolder(t);
  const first = await openEventFile(folder, { now: () => 1_000_000_000.5 });
  for (const step of [0, 1, 2, 3])
    await first.append(step, { 'train/loss': 4 - step, 'train/é': -1 });
  await first.close();
  const second = await openEventFile(folder, { startAt: 2, now: () => 1_000_000_009 });
  for (const step of [2, 300, 2 ** 33]) await second.append(step, { 'train/loss': step });
  await second.append(2, { 'validation/knn5_accuracy': 0.5 });
  await second.close();
  const { stdout } = await run(python, ['-c', script, folder]);
  t.deepEqual(JSON.parse(stdout), {
    'train/loss': [
      [0, 4],
      [1, 3],
      [2, 2],
      [300, 300],
      [2 ** 33, 2 ** 33],
    ],
    'train/é': [
      [0, -1],
      [1, -1],
    ],
    'validation/knn5_accuracy': [[2, 0.5]],
  });
});
