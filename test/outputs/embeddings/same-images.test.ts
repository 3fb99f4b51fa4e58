import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { fingerprintPositions } from '../../../operators/fingerprint.ts';
import { takeFingerprint } from '../../../operators/stages/take-fingerprint.ts';
import { partPositions } from '../../../outputs/exports/export-parts.ts';
import { finalizeEmbeddings } from '../../../outputs/embeddings/finalize-embeddings.ts';
import { exportSample } from '../../helpers/export-cases.ts';
import { folderBytes } from '../../helpers/folder-bytes.ts';
import { exportReadable, type Files, readableDataset } from '../../helpers/readable-export.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const files: Files = (position) => `image ${position}`;
const others: Files = (position) => `other ${position}`;
const idOf = (position: number): string => exportSample(position).id;
/** The same files but for one. */
const but =
  (changed: number, file: string | null): Files =>
  (position) =>
    position === changed ? file : files(position);

const large = partPositions + 600;
const looked = fingerprintPositions(readableDataset('', large, files));
const isLookedAt = (position: number): boolean => looked.includes(position);
const [doneLooked, restLooked] = [0, partPositions].map(
  (from) => looked.filter((position) => position > from).toSorted((a, b) => a - b)[0]!,
);

test('a fingerprint looks at one image of each stretch, and at all of a few', async (t) => {
  const positions = fingerprintPositions({ hash: 'h', count: 10_000 }).toSorted((a, b) => a - b);
  t.is(positions.length, 256);
  const start = (stretch: number): number => Math.floor((stretch * 10_000) / 256);
  t.true(positions.every((position, at) => position >= start(at) && position < start(at + 1)));
  const few = fingerprintPositions({ hash: 'h', count: 5 });
  t.deepEqual(
    few.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4],
  );
  const lines = await takeFingerprint(readableDataset('', 5, but(2, null)));
  t.is(lines.length, 5);
  t.true(lines.includes(`unreadable  ${idOf(2)}`));
});

test('a finished export is not continued onto other pictures under the same names', async (t) => {
  const folder = await temporaryFolder(t);
  await exportReadable(folder, readableDataset('A', 40, files));
  const again = await exportReadable(folder, readableDataset('A', 40, files), { resume: true });
  t.deepEqual(again, []);
  const before = await folderBytes(folder);
  const now = readableDataset('B', 40, others);
  await t.throwsAsync(exportReadable(folder, now, { resume: true }), {
    code: 'ERR_CONFIG',
    message:
      /belongs to other images: `train\/ä\/\d+\.jpg` has other bytes in `B` than it had in `A` .* 39 more/,
  });
  const one = readableDataset('A', 40, but(17, 'image x7'));
  await t.throwsAsync(exportReadable(folder, one, { resume: true }), {
    message: /other images: `train\/ä\/17\.jpg` has other bytes than it had in `A`/,
  });
  t.deepEqual(await folderBytes(folder), before, 'refusing changes nothing');
});

test('an export that has moved goes on, and says so', async (t) => {
  const folder = await temporaryFolder(t);
  await exportReadable(folder, readableDataset('A', 40, files));
  const notes = await exportReadable(folder, readableDataset('B', 40, files), { resume: true });
  t.is(notes.length, 1);
  t.regex(notes[0]!, /was begun from `A`; `B` holds the same images/);
});

test('images that could not be read then or cannot be now are no other images', async (t) => {
  for (const [then, now] of [
    [but(3, null), files],
    [files, but(3, null)],
  ] as const) {
    const folder = await temporaryFolder(t);
    await exportReadable(folder, readableDataset('A', 40, then));
    t.deepEqual(await exportReadable(folder, readableDataset('A', 40, now), { resume: true }), []);
  }
});

test('nothing is joined where nothing is finished: the export begins with the images of today', async (t) => {
  const root = await temporaryFolder(t);
  const [folder, whole] = [path.join(root, 'resumed'), path.join(root, 'whole')];
  await exportReadable(folder, readableDataset('A', 40, files), { until: 10 });
  const now = readableDataset('B', 40, others);
  t.deepEqual(await exportReadable(folder, now, { resume: true }), []);
  await exportReadable(whole, now);
  t.deepEqual(await folderBytes(folder), await folderBytes(whole));
});

test('of a part that is finished every changed size is found, also beside the images that are looked at', async (t) => {
  const root = await temporaryFolder(t);
  const begin = async (name: string): Promise<string> => {
    const folder = path.join(root, name);
    await exportReadable(folder, readableDataset('A', large, files), { until: partPositions });
    return folder;
  };
  const folder = await begin('begun');
  const resumed = (now: Files, verify: 'size' | 'hash' = 'size') =>
    exportReadable(folder, readableDataset('A', large, now), { resume: true, verify });
  const refusal = (position: number) => ({
    code: 'ERR_CONFIG',
    message: new RegExp(`\`${idOf(position)}\` has other bytes`),
  });
  t.false(isLookedAt(1));
  await t.throwsAsync(resumed(but(1, 'longer than before')), refusal(1));
  await t.throwsAsync(resumed(but(doneLooked!, 'image ??')), refusal(doneLooked!));
  // Of the same length, and not among those that are looked at: the price of a quick check.
  await t.throwsAsync(resumed(but(1, 'image ?'), 'hash'), refusal(1));
  // Before it has a row an image may change.
  const notes = await resumed(but(restLooked!, 'repaired'));
  t.is(notes.length, 1);
  t.regex(notes[0]!, new RegExp(`^Changed since .* \`${idOf(restLooked!)}\`. It is exported as`));
});

test('shards of other images are refused beside each other and when they are finalized', async (t) => {
  const root = await temporaryFolder(t);
  const [here, there] = [path.join(root, 'here'), path.join(root, 'there')];
  const [one, other] = [readableDataset('A', large, files), readableDataset('B', large, others)];
  const message = /belongs to other images: `train\/ä\/\d+\.jpg` has other bytes in `B`/;
  await exportReadable(here, one, { shard: { index: 0, of: 2 } });
  const beside = exportReadable(here, other, { shard: { index: 1, of: 2 }, resume: true });
  await t.throwsAsync(beside, { code: 'ERR_CONFIG', message });
  await exportReadable(there, other, { shard: { index: 1, of: 2 } });
  const out = path.join(root, 'out');
  await t.throwsAsync(finalizeEmbeddings([here, there], { out }), { code: 'ERR_CONFIG', message });
  t.deepEqual(await fs.readdir(out), []);
});

test('shards of the same images, some of them bad, are one export with its bytes', async (t) => {
  const root = await temporaryFolder(t);
  const [shards, whole] = [path.join(root, 'shards'), path.join(root, 'whole')];
  const bad = readableDataset('A', large, but(restLooked!, null));
  for (const index of [0, 1]) await exportReadable(shards, bad, { shard: { index, of: 2 } });
  await finalizeEmbeddings([shards]);
  await exportReadable(whole, bad);
  t.deepEqual(await folderBytes(shards), await folderBytes(whole));
});

/** A dataset in a version that counts what is asked of its images. */
function versioned(version: string | undefined, now: Files) {
  let asked = 0;
  const counted: Files = (position) => {
    asked += 1;
    return now(position);
  };
  const dataset = { ...readableDataset('A', 40, counted), version };
  return { dataset, asked: () => asked };
}

test('of images in the version of before none is read or looked at, but where all are to be compared', async (t) => {
  const folder = await temporaryFolder(t);
  const version = 'a'.repeat(64);
  await exportReadable(folder, versioned(version, files).dataset);
  const bytes = await folderBytes(folder);
  const same = versioned(version, files);
  await exportReadable(folder, same.dataset, { resume: true });
  t.is(same.asked(), 0);
  t.deepEqual(await folderBytes(folder), bytes);
  const changed = versioned(version, but(17, 'image x7'));
  await t.throwsAsync(exportReadable(folder, changed.dataset, { resume: true, verify: 'hash' }), {
    message: /`train\/ä\/17\.jpg` has other bytes/,
  });
});

test('images in another or an unknown version are compared, and known by it from then on', async (t) => {
  const folder = await temporaryFolder(t);
  await exportReadable(folder, versioned(undefined, files).dataset);
  const version = 'b'.repeat(64);
  const changed = versioned(version, but(17, 'image x7'));
  await t.throwsAsync(exportReadable(folder, changed.dataset, { resume: true }), {
    message: /`train\/ä\/17\.jpg` has other bytes/,
  });
  for (const isKnown of [false, true]) {
    const same = versioned(version, files);
    await exportReadable(folder, same.dataset, { resume: true });
    t.is(same.asked() === 0, isKnown);
  }
});
