import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { PipelineError } from '../../../operators/errors.ts';
import { openEmbeddingsFolder } from '../../../outputs/embeddings/embeddings-folder.ts';
import { partPositions } from '../../../outputs/exports/export-parts.ts';
import {
  type ExportShard,
  parseShard,
  shardLockName,
  shardManifestName,
  shardPositions,
} from '../../../outputs/exports/export-shard.ts';
import { finalizeEmbeddings } from '../../../outputs/embeddings/finalize-embeddings.ts';
import { openEmbeddings } from '../../../outputs/embeddings/read-embeddings.ts';
import { readQuarantine } from '../../../outputs/tables/write-quarantine.ts';
import {
  type ExportCase,
  exportOptions,
  exportSample,
  exportUntil,
} from '../../helpers/export-cases.ts';
import { folderBytes } from '../../helpers/folder-bytes.ts';
import { makeVersion1 } from '../../helpers/version-1.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const threeParts: ExportCase = {
  count: 2 * partPositions + 300,
  batchSize: 700,
  isBad: (position) => position % 97 === 3,
};

const shardsOf = (of: number): ExportShard[] =>
  Array.from({ length: of }, (_, index) => ({ index, of }));

async function exportWhole(folder: string, exported: ExportCase): Promise<void> {
  const opened = await exportUntil(folder, exported);
  await opened.finish();
  await opened.close();
}

async function exportShard(
  folder: string,
  exported: ExportCase,
  shard: ExportShard,
): Promise<void> {
  const opened = await exportUntil(folder, exported, Infinity, shard);
  await opened.finish();
  await opened.close();
}

/** Goes on for so many batches, and leaves what a process leaves that is killed then. */
async function exportAndDie(
  folder: string,
  exported: ExportCase,
  batches: number,
  shard: ExportShard,
): Promise<void> {
  const opened = await exportUntil(folder, exported, batches, shard);
  const left = `${folder}-left`;
  await fs.cp(folder, left, { recursive: true });
  await opened.close();
  await fs.rm(folder, { recursive: true });
  await fs.rename(left, folder);
  // The lock of this living process would be respected.
  await fs.rm(path.join(folder, shardLockName(shard)));
}

test('shards cover every part once, whole and in order', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e6 }), fc.integer({ min: 1, max: 600 }), (count, of) => {
      let next = 0;
      const parts = Math.ceil(count / partPositions);
      for (const shard of shardsOf(of)) {
        const { from, end } = shardPositions(shard, count);
        const own = Math.ceil((end - from) / partPositions);
        t.is(from, next);
        t.true(from % partPositions === 0 || from === count);
        t.true(own === Math.floor(parts / of) || own === Math.ceil(parts / of));
        next = end;
      }
      t.is(next, count);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test('a shard is written as i/n', (t) => {
  t.deepEqual(parseShard('2/8'), { index: 2, of: 8 });
  for (const text of ['8/8', '2', '/8', '-1/8', '1/0', '0/0', '1.5/3', '1/3 ', 'a/b']) {
    t.is(parseShard(text), undefined, text);
  }
  const shard = { index: 2, of: 8 };
  t.is(shardManifestName(shard), 'manifest-00002-of-00008.json');
  t.is(shardLockName(shard), '.lock-00002-of-00008');
});

const numRuns = process.env['CAMPAIGN'] === undefined ? 6 : 60;

test('whatever shards, batch sizes and interruptions: every id once, and the bytes of an unbroken export', async (t) => {
  t.timeout(900_000);
  const root = await temporaryFolder(t);
  const scenario = fc.record({
    count: fc.integer({ min: 1, max: 3 * partPositions + 2000 }),
    of: fc.integer({ min: 1, max: 6 }),
    batchSize: fc.integer({ min: 150, max: 2500 }),
    badEvery: fc.integer({ min: 1, max: 200 }),
    shared: fc.boolean(),
    // Which shard works next, for how many batches, until it is killed.
    deaths: fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { maxLength: 5 }),
    order: fc.integer(),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      scenario,
      async ({ count, of, batchSize, badEvery, shared, deaths, order }) => {
        run += 1;
        const at = (name: string): string => path.join(root, `${run}-${name}`);
        const exported: ExportCase = {
          count,
          batchSize,
          isBad: (position) => position % badEvery === badEvery - 1,
        };
        await exportWhole(at('whole'), { ...exported, batchSize: 1000 });
        const folderOf = ({ index }: ExportShard): string =>
          at(shared ? 'shards' : `shard-${index}`);
        const shards = shardsOf(of);
        for (const [which, batches] of deaths) {
          const shard = shards[which % of]!;
          await exportAndDie(folderOf(shard), exported, batches, shard);
        }
        const rotated = shards.map((_, k) => shards[(k + Math.abs(order % of)) % of]!);
        for (const [k, shard] of rotated.entries()) {
          await exportShard(folderOf(shard), { ...exported, batchSize: batchSize + k }, shard);
        }
        const out = at(shared ? 'shards' : 'out');
        const folders = [...new Set(shards.map(folderOf))];
        const report = await finalizeEmbeddings(folders, shared ? {} : { out });
        t.is(report.shards, of);
        t.deepEqual(await folderBytes(out), await folderBytes(at('whole')));
        const ids: string[] = [];
        for await (const block of (await openEmbeddings(out)).blocks()) ids.push(...block.ids);
        const bad = await readQuarantine(path.join(out, 'quarantine.arrow'));
        ids.push(...bad.map(({ id }) => id));
        const expected = Array.from({ length: count }, (_, position) => exportSample(position).id);
        t.deepEqual(ids.sort(), expected.sort());
        await fs.rm(root, { recursive: true });
        await fs.mkdir(root);
      },
    ),
    { seed: 11, numRuns },
  );
});

test('more shards than parts: some are empty, and done', async (t) => {
  const root = await temporaryFolder(t);
  const [whole, folder] = [path.join(root, 'whole'), path.join(root, 'shards')];
  const exported: ExportCase = { count: 100, batchSize: 30, isBad: () => false };
  await exportWhole(whole, exported);
  for (const shard of shardsOf(5)) await exportShard(folder, exported, shard);
  t.is((await finalizeEmbeddings([folder])).shards, 5);
  t.deepEqual(await folderBytes(folder), await folderBytes(whole));
});

test('shards of one folder are written at the same time, each by one process', async (t) => {
  const root = await temporaryFolder(t);
  const [whole, folder] = [path.join(root, 'whole'), path.join(root, 'shards')];
  await exportWhole(whole, threeParts);
  const shards = shardsOf(3);
  const first = await openEmbeddingsFolder(folder, {
    ...exportOptions(threeParts.count),
    shard: shards[0],
  });
  const refused = { code: 'ERR_LOCKED', message: new RegExp(`by process ${process.pid}`) };
  await t.throwsAsync(exportShard(folder, threeParts, shards[0]!), refused);
  await t.throwsAsync(finalizeEmbeddings([folder]), refused);
  await first.close();
  await Promise.all(shards.map((shard) => exportShard(folder, threeParts, shard)));
  await finalizeEmbeddings([folder]);
  t.deepEqual(await folderBytes(folder), await folderBytes(whole));
});

/** A folder with three finished shards. */
async function threeShards(t: ExecutionContext): Promise<string> {
  const folder = path.join(await temporaryFolder(t), 'shards');
  for (const shard of shardsOf(3)) await exportShard(folder, threeParts, shard);
  return folder;
}

test('finalizing can be repeated, and goes on where a killed one stopped', async (t) => {
  const folder = await threeShards(t);
  const before = `${folder}-before`;
  await fs.cp(folder, before, { recursive: true });
  await finalizeEmbeddings([folder]);
  const finished = await folderBytes(folder);
  t.like(await finalizeEmbeddings([folder]), { shards: 0, parts: 3 });
  t.deepEqual(await folderBytes(folder), finished);
  // Killed after the manifest, with some manifests of shards still there, and locks and temporary files.
  for (const name of ['manifest-00001-of-00003.json', 'manifest-00002-of-00003.json']) {
    await fs.copyFile(path.join(before, name), path.join(folder, name));
  }
  await fs.writeFile(path.join(folder, 'manifest.json.t.tmp'), '{');
  t.is((await openEmbeddings(folder)).rows, threeParts.count - 88);
  await finalizeEmbeddings([folder]);
  t.deepEqual(await folderBytes(folder), finished);
  // Killed before the manifest: the quarantine file is there already.
  await fs.copyFile(path.join(folder, 'quarantine.arrow'), path.join(before, 'quarantine.arrow'));
  await finalizeEmbeddings([before]);
  t.deepEqual(await folderBytes(before), finished);
});

test('a shard that is started again after finalizing finds itself done', async (t) => {
  const folder = await threeShards(t);
  await finalizeEmbeddings([folder]);
  const finished = await folderBytes(folder);
  await exportShard(folder, threeParts, { index: 1, of: 3 });
  t.deepEqual(await folderBytes(folder), finished);
  const again = { ...exportOptions(threeParts.count), shard: { index: 1, of: 3 } };
  await t.throwsAsync(openEmbeddingsFolder(folder, again), {
    code: 'ERR_CONFIG',
    message: /a finished export already/,
  });
});

test('shards of version 1 are joined among themselves, and not with others', async (t) => {
  const folder = await threeShards(t);
  const names = shardsOf(3).map(shardManifestName);
  for (const name of names.slice(1)) await makeVersion1(folder, name);
  await t.throwsAsync(finalizeEmbeddings([folder]), {
    code: 'ERR_CONFIG',
    message: /`version`: 2 before, 1 now/,
  });
  await makeVersion1(folder, names[0]);
  t.is((await finalizeEmbeddings([folder])).shards, 3);
  t.is((await openEmbeddings(folder)).manifest.version, 1);
});

test('parts of other folders are linked, and copied where they cannot be', async (t) => {
  const root = await temporaryFolder(t);
  const folders = [0, 1, 2].map((index) => path.join(root, `machine-${index}`));
  for (const shard of shardsOf(3)) await exportShard(folders[shard.index]!, threeParts, shard);
  const before = await Promise.all(folders.map(folderBytes));
  const out = path.join(root, 'out');
  await finalizeEmbeddings(folders, { out });
  const part = 'part-00001.arrow';
  const [from, to] = await Promise.all(
    [folders[1]!, out].map((folder) => fs.stat(path.join(folder, part))),
  );
  t.is(from!.ino, to!.ino);
  t.deepEqual(await Promise.all(folders.map(folderBytes)), before, 'shards stay as they were');
  // Into one of them.
  await finalizeEmbeddings(folders, { out: folders[0] });
  t.deepEqual(await folderBytes(folders[0]!), await folderBytes(out));
  await t.throwsAsync(finalizeEmbeddings(folders), { instanceOf: TypeError });
});

test('missing and unfinished shards are named, with what to run', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'shards');
  await fs.mkdir(folder);
  await t.throwsAsync(finalizeEmbeddings([folder]), {
    code: 'ERR_CONFIG',
    message: /holds neither shards of an export nor a finished one/,
  });
  await exportShard(folder, threeParts, { index: 0, of: 3 });
  const begun = await exportUntil(folder, threeParts, 1, { index: 2, of: 3 });
  await begun.close();
  const error = await t.throwsAsync<PipelineError>(finalizeEmbeddings([folder]), {
    code: 'ERR_CONFIG',
  });
  t.deepEqual(error.options, ['split', 'out', 'shard', 'resume']);
  t.deepEqual(error.message.split('\n').slice(1), [
    `  \`out: ${folder}, shard: 1/3, resume: true\`   # missing`,
    `  \`out: ${path.resolve(folder)}, shard: 2/3, resume: true\`   # unfinished, parts done: 1`,
  ]);

  t.regex(error.message, /2 of 3 shards are not done/);
  await t.throwsAsync(openEmbeddings(folder), {
    code: 'ERR_FORMAT',
    message: /holds 2 of 3 shards of an export. Run `finalize` when all are done/,
  });
  t.false((await fs.readdir(folder)).some((name) => name.startsWith('.lock')));
});

test('finished exports are no shards, and each is named', async (t) => {
  const root = await temporaryFolder(t);
  const [one, other, out] = ['one', 'other', 'out'].map((name) => path.join(root, name));
  for (const folder of [one!, other!]) {
    await exportWhole(folder, threeParts);
  }
  const refused = async (folders: readonly string[], target: string): Promise<string> => {
    const error = await t.throwsAsync<PipelineError>(finalizeEmbeddings(folders, { out: target }), {
      code: 'ERR_CONFIG',
    });
    return error.message;
  };
  const both = await refused([one!, other!], out!);
  t.true(
    both.startsWith(`\`${one}\` holds a finished export, no shards; \`${other}\` holds a`),
    both,
  );
  // Beside shards, and into one of them.
  const shards = path.join(root, 'shards');
  for (const shard of shardsOf(2)) await exportShard(shards, threeParts, shard);
  t.true((await refused([shards, one!], out!)).startsWith(`\`${one}\` holds a finished export`));
  t.true((await refused([one!, other!], one!)).startsWith(`\`${other}\` holds a finished export`));
});

test('shards of something else, of another number and folders with other files are refused', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'shards');
  await exportShard(folder, threeParts, { index: 0, of: 3 });
  const options = exportOptions(threeParts.count);
  const refuse = async (changes: Partial<typeof options>, message: RegExp): Promise<void> => {
    const opening = openEmbeddingsFolder(folder, { ...options, resume: true, ...changes });
    await t.throwsAsync(opening, { code: 'ERR_CONFIG', message });
  };
  const shard = { index: 1, of: 3 };
  await refuse({ shard, model: { ...options.model, hash: 'm' } }, /`model\.hash`.*"m" now/);
  await refuse({ shard: { index: 1, of: 4 } }, /in 3 shards, and this is one of 4/);
  await refuse({}, /in 3 shards. Run `finalize`/);
  await refuse({ shard: { index: 0, of: 3 }, resume: false }, /a finished shard 0\/3 of an export/);
  await fs.writeFile(path.join(folder, 'notes.txt'), '');
  await refuse({ shard }, /`notes\.txt`/);

  // Two folders that were never in the same place to be compared.
  const other = `${folder}-other`;
  const changed = { ...options, shard, model: { ...options.model, hash: 'm' } };
  await (await openEmbeddingsFolder(other, changed)).close();
  const out = `${folder}-out`;
  await t.throwsAsync(finalizeEmbeddings([folder, other], { out }), {
    code: 'ERR_CONFIG',
    message: /shard 1\/3, which was made with something else than shard 0\/3: `model\.hash`/,
  });
  t.deepEqual(await fs.readdir(out), []);
  await t.throwsAsync(finalizeEmbeddings([path.join(folder, 'absent')]), { code: 'ERR_CONFIG' });
});

test('an unfinished export without shards takes none, and is not finalized', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'whole');
  await (await exportUntil(folder, threeParts, 1)).close();
  const message = /unfinished export without shards/;
  await t.throwsAsync(exportShard(folder, threeParts, { index: 0, of: 3 }), { message });
  await t.throwsAsync(finalizeEmbeddings([folder]), { code: 'ERR_CONFIG', message });
});

test('damage is found before anything is finished, and says how to repair it', async (t) => {
  const folder = await threeShards(t);
  const part = path.join(folder, 'part-00001.arrow');
  const bytes = await fs.readFile(part);
  const manifest = path.join(folder, 'manifest-00001-of-00003.json');
  const text = await fs.readFile(manifest, 'utf8');
  const damaged = async (message: RegExp): Promise<void> => {
    await t.throwsAsync(finalizeEmbeddings([folder]), { code: 'ERR_FORMAT', message });
    t.false((await fs.readdir(folder)).includes('manifest.json'));
  };
  const flipped = Buffer.from(bytes);
  flipped[2000]! ^= 1;
  await fs.writeFile(part, flipped);
  await damaged(
    /SHA-256.*delete `.*manifest-00001-of-00003\.json` and run `embed` with the .*, shard: 1\/3, resume: true`/,
  );
  await fs.writeFile(part, bytes.subarray(0, -1));
  await damaged(/the manifest says \d+ bytes/);
  await fs.rm(part);
  await damaged(/it is missing/);
  await fs.writeFile(part, bytes);
  for (const [edited, message] of [
    [text.slice(0, -40), /Cannot read/],
    [text.replace('"rows": 4', '"rows": 5'), /do not add up/],
    [text.replace('"index": 1', '"index": 2'), /it is of shard 2\/3/],
    [text.replace('"first": 4096', '"first": 0'), /does not cover the positions from 4096/],
    [text.replace('part-00001', 'part-00002'), /is not the name of the part/],
  ] as const) {
    t.not(edited, text);
    await fs.writeFile(manifest, edited);
    await damaged(message);
  }
  await fs.writeFile(manifest, text);
  await fs.writeFile(path.join(folder, 'part-00007.arrow'), '');
  await t.throwsAsync(finalizeEmbeddings([folder]), {
    code: 'ERR_CONFIG',
    message: /`part-00007\.arrow`, which no shard has made/,
  });
  await fs.rm(path.join(folder, 'part-00007.arrow'));
  // As the message says.
  await fs.writeFile(part, flipped);
  await fs.rm(manifest);
  await exportShard(folder, threeParts, { index: 1, of: 3 });
  t.is((await finalizeEmbeddings([folder])).parts, 3);
  t.deepEqual(await fs.readFile(part), bytes);
});
