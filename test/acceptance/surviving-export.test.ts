import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import anyTest, { type TestFn } from 'ava';
import { lockName } from '../../operators/files/lock-file.ts';
import { manifestName } from '../../outputs/exports/export-manifest.ts';
import { partPositions } from '../../outputs/exports/export-parts.ts';
import {
  shardLockName,
  shardManifestName,
  shardPositions,
} from '../../outputs/exports/export-shard.ts';
import { seededRandom } from '../../operators/random.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { folderBytes } from '../helpers/folder-bytes.ts';
import {
  holdsLock,
  killAtEach,
  killPoints,
  type Pace,
  type WatchedExport,
} from '../helpers/kill-export.ts';
import { writeManyImages } from '../helpers/many-images.ts';
import { mountedFolder } from '../helpers/mounted-folder.ts';
import { runProgram, startProgram } from '../helpers/program.ts';

// The real command in real processes, killed and starved. `npm run campaign` does it with 20,000 images.

const isCampaign = process.env['CAMPAIGN'] !== undefined;
const size = isCampaign
  ? { images: 20_000, kills: 40, shards: 3, killsOfShard: 5 }
  : { images: partPositions + 300, kills: 2, shards: 2, killsOfShard: 1 };

interface Prepared {
  readonly root: string;
  readonly data: string;
  readonly model: string;
  /** What an unbroken run has written. */
  readonly whole: string;
  readonly bytes: Readonly<Record<string, string>>;
  readonly partBytes: number;
  readonly bad: number;
  readonly pace: Pace;
}

const test = anyTest as TestFn<Prepared>;

function embedArgs({ data, model }: Prepared, out: string): string[] {
  return ['embed', data, '--model', model, '--out', out, '--threads', '1', '--quiet', '--resume'];
}

let prepared: Prepared;

test.before(async (t) => {
  t.timeout(1_200_000);
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  const at = (name: string): string => path.join(root, name);
  const [data, model, whole] = [at('data'), at('model'), at('whole')];
  const bad = await writeManyImages(data, size.images);
  const tiny = ['--image-size', '8', '--batch-size', '8', '--steps', '0', '--quiet'];
  const trained = await runProgram(['train', data, '--out', model, ...tiny]);
  t.is(trained.code, 0, trained.stderr);
  const draft = { root, data, model, whole, bad };
  const start = performance.now();
  const running = startProgram(embedArgs(draft as Prepared, whole));
  const watched = { folder: whole, manifest: manifestName, lock: lockName, from: 0, end: 0 };
  while (running.child.exitCode === null && !holdsLock(watched, running.child.pid!)) await sleep(5);
  const startMs = performance.now() - start;
  const ended = await running.ended;
  t.is(ended.code, 0, ended.stderr);
  const workMs = performance.now() - start - startMs;
  const { size: partBytes } = await fs.stat(path.join(whole, 'part-00000.arrow'));
  const bytesPerPosition = partBytes / partPositions;
  const pace = { startMs, workMs, positions: size.images, bytesPerPosition };
  prepared = { ...draft, partBytes, pace, bytes: await folderBytes(whole) };
  t.log(
    `unbroken: ${((startMs + workMs) / 1000).toFixed(1)} s, of which ${(startMs / 1000).toFixed(1)} s to the lock`,
  );
});

test.beforeEach((t) => {
  t.timeout(1_200_000);
  t.context = prepared;
});

test.after.always(async () => {
  if (prepared !== undefined) await fs.rm(prepared.root, { recursive: true, force: true });
});

test.serial('every image is in the export or in quarantine, once', async (t) => {
  const { whole, bad } = t.context;
  const ids = new Set<string>();
  const reader = await openEmbeddings(whole, { verify: 'hash' });
  for await (const block of reader.blocks()) for (const id of block.ids) ids.add(id);
  const quarantined = await readQuarantine(path.join(whole, 'quarantine.arrow'));
  t.is(reader.rows, size.images - bad);
  t.is(ids.size, reader.rows);
  t.is(new Set(quarantined.map(({ id }) => id)).size, bad);
});

test.serial(
  `an export killed ${size.kills} times ends with the bytes of an unbroken one`,
  async (t) => {
    const { root, pace, bytes } = t.context;
    const folder = path.join(root, 'killed');
    const args = embedArgs(t.context, folder);
    const watched: WatchedExport = {
      folder,
      manifest: manifestName,
      lock: lockName,
      from: 0,
      end: size.images,
    };
    const start = performance.now();
    const count = await killAtEach(args, killPoints(size.kills, pace, watched), watched, pace);
    const last = await runProgram(args);
    t.is(last.code, 0, last.stderr);
    t.log(
      `${count.kills} kills in ${((performance.now() - start) / 1000).toFixed(0)} s: ` +
        `${count.openPart} hit an open part, ${count.openManifest} an open manifest`,
    );
    t.is(count.kills, size.kills);
    // Two kills may both hit the start of a process.
    t.true(size.kills < 10 || count.openPart > 0);
    t.deepEqual(await folderBytes(folder), bytes);
  },
);

test.serial(
  'shards killed while they share a folder, and a killed finalize, end with the same bytes',
  async (t) => {
    const { root, pace, bytes } = t.context;
    const folder = path.join(root, 'shards');
    const of = size.shards;
    const total = { kills: 0, openPart: 0, openManifest: 0 };
    await Promise.all(
      Array.from({ length: of }, async (_, index) => {
        const shard = { index, of };
        const watched: WatchedExport = {
          folder,
          manifest: shardManifestName(shard),
          lock: shardLockName(shard),
          ...shardPositions(shard, size.images),
        };
        const args = [...embedArgs(t.context, folder), '--shard', `${index}/${of}`];
        const points = killPoints(size.killsOfShard, pace, watched);
        const count = await killAtEach(args, points, watched, pace);
        const last = await runProgram(args);
        t.is(last.code, 0, last.stderr);
        total.kills += count.kills;
        total.openPart += count.openPart;
        total.openManifest += count.openManifest;
      }),
    );
    const early = await runProgram([
      'evaluate',
      '--train',
      folder,
      '--test',
      folder,
      '--out',
      root,
    ]);
    t.is(early.code, 1);
    t.regex(early.stderr, new RegExp(`holds ${of} of ${of} shards.*\`finalize\``));

    const { child, ended } = startProgram(['finalize', folder]);
    const lock = { folder, manifest: manifestName, lock: lockName, from: 0, end: 0 };
    while (child.exitCode === null && !holdsLock(lock, child.pid!)) await sleep(1);
    await sleep(seededRandom('finalize', of).uniform() * 20);
    child.kill('SIGKILL');
    const { code } = await ended;
    const again = await runProgram(['finalize', folder]);
    t.is(again.code, 0, again.stderr);
    t.log(
      `${total.kills} kills of ${of} shards: ${total.openPart} hit an open part, ${total.openManifest} an open ` +
        `manifest; finalize ${code === null ? 'was killed' : 'was done before the kill'}`,
    );
    t.deepEqual(await folderBytes(folder), bytes);
    t.regex(
      (await runProgram(['finalize', folder])).stdout,
      /^was finished before: [\d,]+ rows in/,
    );
  },
);

/** The one line of error that a failing command says, after what it found. */
function onlyLine(text: string): string {
  const lines = text.trimEnd().split('\n');
  const [line, ...more] = lines.slice(lines.findIndex((one) => one.startsWith('error: ')));
  return line !== undefined && more.length === 0 ? line : `not one line: ${text}`;
}

test.serial(
  'a full disk ends the command with one line, and more room lets it go on',
  async (t) => {
    const { whole, bytes, partBytes } = t.context;
    // Room for one part and a little, on a disk for all.
    const needed = (
      await Promise.all(
        Object.keys(bytes).map(async (name) => (await fs.stat(path.join(whole, name))).size),
      )
    ).reduce((sum, one) => sum + one, 0);
    const mounted = mountedFolder(t, Math.ceil((needed + 2 ** 20) / 1024));
    if (mounted === undefined) {
      t.pass();
      return;
    }
    const folder = path.join(mounted.folder, 'export');
    const ballast = path.join(mounted.folder, 'ballast');
    await fs.writeFile(ballast, Buffer.alloc(needed + 2 ** 20 - partBytes - 120 * 1024));
    const args = embedArgs(t.context, folder);
    const full = await runProgram(args);
    t.is(full.code, 1);
    t.regex(
      onlyLine(full.stderr),
      /^error: Cannot write `.*part-00001\.arrow`: ENOSPC.*Free some space there, or choose a folder on another disk, then continue the run\.$/,
    );
    t.deepEqual((await fs.readdir(folder)).sort(), ['manifest.json', 'part-00000.arrow']);
    t.is((await folderBytes(folder))['part-00000.arrow'], bytes['part-00000.arrow']);
    await fs.rm(ballast);
    const continued = await runProgram(args);
    t.is(continued.code, 0, continued.stderr);
    t.deepEqual(await folderBytes(folder), bytes);
  },
);

test.serial('a read-only target ends the command with one line', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  mounted.readOnly();
  const { code, stderr } = await runProgram(embedArgs(t.context, path.join(mounted.folder, 'a')));
  t.is(code, 1);
  t.regex(
    onlyLine(stderr),
    /^error: Cannot write `.*a`: EROFS.*Choose a folder that this user may write to\.$/,
  );
});

test.serial('a target folder that disappears ends the command with one line', async (t) => {
  const { root } = t.context;
  const folder = path.join(root, 'gone');
  const { child, ended } = startProgram(embedArgs(t.context, folder));
  const watched = { folder, manifest: manifestName, lock: lockName, from: 0, end: 0 };
  while (child.exitCode === null && !holdsLock(watched, child.pid!)) await sleep(5);
  await fs.rename(folder, `${folder}-moved`);
  const { code, stderr } = await ended;
  t.is(code, 1, stderr);
  t.regex(onlyLine(stderr), /^error: Cannot write `.*gone.*`: ENOENT.*The folder must exist/);
});
