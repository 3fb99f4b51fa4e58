import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { preparedWhole } from '../../helpers/prepared-cases.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

type Changed = Record<string, unknown>;

/** Changes a value of a JSON file in place. */
async function change(file: string, edit: (value: Changed) => void): Promise<void> {
  const value = JSON.parse(await fs.readFile(file, 'utf8')) as Changed;
  edit(value);
  await fs.writeFile(file, JSON.stringify(value));
}

/** Changes the index of the one part, and the manifest so that it says the same. */
async function changeIndex(folder: string, edit: (value: Changed) => void): Promise<void> {
  const file = path.join(folder, 'part-00000.index.json');
  await change(file, edit);
  const bytes = await fs.readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await change(path.join(folder, 'manifest.json'), (manifest) => {
    (manifest['parts'] as Changed[])[0]!['index'] = { bytes: bytes.length, sha256 };
  });
}

const small = { count: 9, batchSize: 4, isBad: () => false };

const column = (index: Changed, name: string): unknown[] => index[name] as unknown[];

const indices: Readonly<Record<string, { edit: (index: Changed) => void; message: RegExp }>> = {
  'an offset behind the end': {
    edit: (index) => (column(index, 'from')[2] = 10 ** 9),
    message: /`train\/ä\/2\.jpg` does not lie in its part/u,
  },
  'a length beyond the end': {
    edit: (index) => (column(index, 'bytes')[2] = 10 ** 9),
    message: /does not lie in its part/u,
  },
  'a negative length': {
    edit: (index) => (column(index, 'bytes')[2] = -1),
    message: /does not lie in its part/u,
  },
  'a missing place': {
    edit: (index) => (column(index, 'from')[2] = null),
    message: /does not lie in its part/u,
  },
  'a label of no class': {
    edit: (index) => (column(index, 'labels')[2] = 3),
    message: /has a label of no class/u,
  },
  'an id that is no text': {
    edit: (index) => (column(index, 'ids')[2] = 2),
    message: /row 2 has no id/u,
  },
  'a column that is too short': {
    edit: (index) => column(index, 'crc32').pop(),
    message: /its `crc32` is no list of 9/u,
  },
  'a column that is no list': {
    edit: (index) => (index['ids'] = 'ids'),
    message: /its `ids` is no list of 9/u,
  },
  'another format': {
    edit: (index) => (index['version'] = 9),
    message: /it is of another format/u,
  },
};

for (const [name, { edit, message }] of Object.entries(indices)) {
  test(`nothing in an index is believed: ${name}`, async (t) => {
    const folder = await temporaryFolder(t);
    await preparedWhole(folder, small);
    await changeIndex(folder, edit);
    await t.throwsAsync(async () => await openDataset(folder), { code: 'ERR_DATASET', message });
  });
}

const manifests: Readonly<Record<string, { edit: (manifest: Changed) => void; message: RegExp }>> =
  {
    'a part outside of its folder': {
      edit: (manifest) => ((manifest['parts'] as Changed[])[0]!['file'] = '../part-00000.arrow'),
      message: /no manifest of prepared images: `parts\.0\.file`/u,
    },
    'parts that leave a gap': {
      edit: (manifest) => ((manifest['parts'] as Changed[])[0]!['first'] = 1),
      message: /does not cover the positions from 0/u,
    },
    'more positions than parts': {
      edit: (manifest) => ((manifest['dataset'] as Changed)['count'] = 1e9),
      message: /its parts end at position 9/u,
    },
    'another version': {
      edit: (manifest) => (manifest['version'] = 2),
      message: /no manifest of prepared images: `version`/u,
    },
    'an unfinished one': {
      edit: (manifest) => (manifest['done'] = false),
      message: /unfinished prepared dataset\. Continue it with `prepare` and `resume: true`/u,
    },
  };

for (const [name, { edit, message }] of Object.entries(manifests)) {
  test(`nothing in a manifest is believed: ${name}`, async (t) => {
    const folder = await temporaryFolder(t);
    await preparedWhole(folder, small);
    await change(path.join(folder, 'manifest.json'), edit);
    await t.throwsAsync(async () => await openDataset(folder), { code: 'ERR_DATASET', message });
  });
}

test('an index that was changed alone, cut files and no JSON are damage, told by name', async (t) => {
  const folder = await temporaryFolder(t);
  await preparedWhole(folder, small);
  const index = path.join(folder, 'part-00000.index.json');
  const text = await fs.readFile(index, 'utf8');
  await fs.writeFile(index, text.slice(0, -20));
  await t.throwsAsync(async () => await openDataset(folder), {
    code: 'ERR_DATASET',
    message: new RegExp(`^\`${index}\` is damaged: its SHA-256`),
  });
  await fs.rm(index);
  await t.throwsAsync(async () => await openDataset(folder), {
    code: 'ERR_DATASET',
    message: new RegExp(`^\`${index}\` is damaged: `),
  });
  const manifest = path.join(folder, 'manifest.json');
  await fs.writeFile(manifest, (await fs.readFile(manifest)).subarray(0, 200));
  await t.throwsAsync(async () => await openDataset(folder), {
    code: 'ERR_DATASET',
    message: new RegExp(`^\`${manifest}\` is damaged: `),
  });
});

test('a split of a prepared dataset is a folder below, and is refused where there is none', async (t) => {
  const root = await temporaryFolder(t);
  await preparedWhole(path.join(root, 'train'), small);
  t.is((await openDataset(root, { split: 'train' })).count, 9);
  await t.throwsAsync(async () => await openDataset(path.join(root, 'train'), { split: 'test' }), {
    code: 'ERR_DATASET',
    message: /is a prepared dataset, which has no splits\. Leave `split` out/u,
  });
});
