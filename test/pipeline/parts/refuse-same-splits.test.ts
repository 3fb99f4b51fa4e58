import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { refuseSameSplits } from '../../../pipeline/parts/refuse-same-splits.ts';
import { transfer } from '../../../pipeline/transfer.ts';
import { writeImageTree } from '../../helpers/image-tree.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const { signal } = new AbortController();
const refusal = {
  instanceOf: UsageError,
  message: /`splitTrain` and `splitTest` to be different images .* knows by heart/,
};

test('a transfer is not measured on its own training images', async (t) => {
  const data = await temporaryFolder(t);
  await writeImageTree(path.join(data, 'train'), [2, 2]);
  const splits = { splitTrain: 'train', splitTest: 'train' };
  const options = { data, model: path.join(data, 'no-run'), out: `${data}-out`, ...splits };
  const error = await t.throwsAsync<UsageError>(Promise.resolve(transfer(options)), refusal);
  t.deepEqual(error.options, ['splitTrain', 'splitTest']);
});

test('two splits of the same files are one, two of the same names are not', async (t) => {
  const data = await temporaryFolder(t);
  await writeImageTree(path.join(data, 'train'), [2, 2]);
  await fs.cp(path.join(data, 'train'), path.join(data, 'test'), { recursive: true });
  const lists = { columns: null, imageRoot: null, cacheDir: null, cacheGb: 0 };
  const splits = { data, splitTrain: 'train', splitTest: 'test', ...lists };
  await t.throwsAsync(refuseSameSplits(splits, signal), refusal);
  await fs.writeFile(path.join(data, 'test/a/000.png'), 'another file');
  await t.notThrowsAsync(refuseSameSplits(splits, signal));
});
