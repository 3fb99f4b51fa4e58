import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fingerprintLine } from '../../../operators/fingerprint.ts';
import type { BadSample } from '../../../operators/types.ts';
import {
  comparedImages,
  imagesName,
  type RunImages,
  type SavedImages,
  writeRunImages,
} from '../../../outputs/run/run-images.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Images of a folder `photos`: what each holds by its id, null where it cannot be read. */
function images(sums: Readonly<Record<string, string | null>>, rest = {}): RunImages & SavedImages {
  const fingerprint = Object.entries(sums).map(([id, sum]) => fingerprintLine(id, sum));
  const takeFingerprint = () => Promise.resolve(fingerprint);
  return { name: 'photos', hash: 'names', fingerprint, takeFingerprint, ...rest };
}

const bad = (id: string): BadSample => ({ id, stage: 'decode', code: 'ERR_DECODE', message: '' });

/** A run that was begun with `before`. */
async function begun(t: ExecutionContext, before: SavedImages): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeRunImages(folder, before);
  return folder;
}

test('images with other bytes are refused by name, those that were not drawn are told', async (t) => {
  const folder = await begun(t, images({ a: '1', b: '2', 'c  d': '3' }));
  const now = { a: '1', b: '20', 'c  d': '30' };
  await t.throwsAsync(comparedImages(folder, images(now), { step: 3, bad: [] }), {
    code: 'ERR_CONFIG',
    message:
      `\`${folder}\` belongs to other images: \`b\` has other bytes than it had in \`photos\` when this run was ` +
      'trained on it, and so has 1 more. Continue with the same images, or choose another folder.',
  });
  const elsewhere = images(now, { name: 'copy', drawn: async () => ['c  d'] });
  await t.throwsAsync(comparedImages(folder, elsewhere, { step: 3, bad: [] }), {
    message: /images: `c {2}d` has other bytes in `copy` than it had in `photos` when/,
  });
  const undrawn = images(now, { drawn: async () => [] });
  const { fingerprint, notes } = await comparedImages(folder, undrawn, { step: 3, bad: [] });
  t.deepEqual(fingerprint, undrawn.fingerprint);
  t.deepEqual(notes, [
    'Changed since the run began, before it was drawn: `b` (and 1 more that was looked at). It is used as it is now.',
  ]);
});

test('before its first step a run begins with the images of today', async (t) => {
  const folder = await begun(t, images({ a: '1' }));
  const now = images({ a: '2' });
  const compared = await comparedImages(folder, now, { step: 0, bad: [] });
  t.deepEqual(compared, { fingerprint: now.fingerprint, notes: [] });
});

test('an image that was bad may be repaired, whenever it is tried again', async (t) => {
  const folder = await begun(t, images({ a: 'broken', b: '2' }));
  const repaired = images({ a: '1', b: '2' });
  const first = await comparedImages(folder, repaired, { step: 3, bad: [bad('a')] });
  t.deepEqual(first, { fingerprint: images({ b: '2' }).fingerprint, notes: [] });
  await writeRunImages(folder, { ...repaired, ...first });
  // Tried again in between, it belongs to the run like any other.
  const next = await comparedImages(folder, repaired, { step: 6, bad: [] });
  t.deepEqual(next, { fingerprint: repaired.fingerprint, notes: [] });
});

test('an image that cannot be read for a while is known when it is back', async (t) => {
  const folder = await begun(t, images({ a: '1' }));
  const { fingerprint } = await comparedImages(folder, images({ a: null }), { step: 3, bad: [] });
  t.deepEqual(fingerprint, images({ a: '1' }).fingerprint);
});

test('a run of other names is refused for what it is, one from before knows nothing', async (t) => {
  const other = await begun(t, images({ a: '1' }, { hash: 'other names' }));
  const now = images({ a: '2' });
  for (const folder of [other, await temporaryFolder(t)]) {
    t.deepEqual(await comparedImages(folder, now, { step: 3, bad: [] }), {
      fingerprint: now.fingerprint,
      notes: [],
    });
  }
});

test('images of the version of before are not read, those of another or an unknown one are compared', async (t) => {
  const before = images({ a: '1', b: '2' }, { version: 'v1' });
  const folder = await begun(t, before);
  const run = { step: 3, bad: [] };
  const unread = { takeFingerprint: () => Promise.reject(new Error('read')) };
  const same = images({}, { ...unread, version: 'v1' });
  t.deepEqual(await comparedImages(folder, same, run), {
    fingerprint: before.fingerprint,
    notes: [],
  });
  for (const version of ['v2', undefined]) {
    const other = images({ a: '1', b: '20' }, { version });
    await t.throwsAsync(comparedImages(folder, other, run), { message: /`b` has other bytes/u });
    const equal = images({ a: '1', b: '2' }, { version });
    t.deepEqual((await comparedImages(folder, equal, run)).fingerprint, before.fingerprint);
  }
  const otherNames = images({}, { ...unread, version: 'v1', hash: 'other' });
  await t.throwsAsync(comparedImages(folder, otherNames, run), { message: 'read' });
});

test('two unknown versions are not the same', async (t) => {
  const folder = await begun(t, images({ a: '1' }));
  const other = images({ a: '2' });
  const run = { step: 3, bad: [] };
  await t.throwsAsync(comparedImages(folder, other, run), { message: /`a` has other bytes/u });
});

test('a file that does not say what the images were is named', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, imagesName);
  await fs.writeFile(file, '{"format": "sincere-run-images", "fingerprint": ["a"]}');
  await t.throwsAsync(comparedImages(folder, images({}), { step: 0, bad: [] }), {
    code: 'ERR_FORMAT',
    message: `\`${file}\` does not say what the images of a run were. Remove it, and the run goes on with the images of today.`,
  });
});
