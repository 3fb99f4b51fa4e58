import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom, of, toArray } from 'rxjs';
import { openEmbeddingsFolder } from '../../../outputs/embeddings/embeddings-folder.ts';
import type { EmbeddingsManifest } from '../../../outputs/embeddings/embeddings-manifest.ts';
import { partPositions } from '../../../outputs/exports/export-parts.ts';
import {
  type EmbeddingsBlock,
  openEmbeddings,
} from '../../../outputs/embeddings/read-embeddings.ts';
import { writeEmbeddings } from '../../../outputs/embeddings/write-embeddings.ts';
import { readQuarantine } from '../../../outputs/tables/write-quarantine.ts';
import {
  exportBad,
  exportBatch,
  type ExportCase,
  exportClasses,
  exportOptions,
  exportPlan,
  exportPlans,
  exportRow,
  exportSample,
  exportStream,
  exportUntil,
  reasonsOf,
} from '../../helpers/export-cases.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { makeVersion1 } from '../../helpers/version-1.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const oneAndABit: ExportCase = {
  count: partPositions + 600,
  batchSize: 500,
  isBad: (position) => position % 97 === 3,
};

const twoAndABit: ExportCase = {
  ...oneAndABit,
  count: 2 * partPositions + 700,
};

async function wholeExport(folder: string, exported: ExportCase): Promise<void> {
  const opened = await exportUntil(folder, exported);
  await opened.finish();
  await opened.close();
}

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => fs.readFile(path.join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]!.toString('base64')]));
}

async function manifestOf(folder: string): Promise<EmbeddingsManifest> {
  const text = await fs.readFile(path.join(folder, 'manifest.json'), 'utf8');
  return JSON.parse(text) as EmbeddingsManifest;
}

async function blocksOf(folder: string): Promise<EmbeddingsBlock[]> {
  const blocks: EmbeddingsBlock[] = [];
  for await (const block of (await openEmbeddings(folder)).blocks()) blocks.push(block);
  return blocks;
}

function readable({ count, isBad }: ExportCase): number[] {
  return Array.from({ length: count }, (_, position) => position).filter((at) => !isBad(at));
}

test('Polars and flechette read one row for each readable image, bit for bit', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, oneAndABit);
  const expected = readable(oneAndABit).map((position) => {
    const { id, label, content } = exportSample(position);
    const { embedding, projection } = exportRow(position);
    const { sha256 } = content!;
    const name = label === null ? null : exportClasses[label];
    return { id, label: name, sha256, embedding, projection };
  });
  const { parts } = await manifestOf(folder);
  t.deepEqual(
    parts.map(({ file, first, positions }) => [file, first, positions]),
    [
      ['part-00000.arrow', 0, 4096],
      ['part-00001.arrow', 4096, 600],
    ],
  );
  for (const read of Object.values(independentReaders)) {
    const rows = [];
    for (const { file } of parts) {
      rows.push(...read(await fs.readFile(path.join(folder, file)), 'file'));
    }
    t.deepEqual(rows, expected);
  }
});

test('the reader gives back every row in blocks', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, oneAndABit);
  const reader = await openEmbeddings(folder, { verify: 'hash' });
  const positions = readable(oneAndABit);
  t.is(reader.rows, positions.length);
  t.deepEqual(reader.classes, exportClasses);
  t.deepEqual(reader.sizes, { embedding: 4, projection: 2 });
  const blocks = await blocksOf(folder);
  t.true(blocks.every(({ ids }) => ids.length <= 512));
  const samples = positions.map(exportSample);
  const rows = positions.map(exportRow);
  t.deepEqual(
    blocks.flatMap(({ ids }) => ids),
    samples.map(({ id }) => id),
  );
  t.deepEqual(
    blocks.flatMap(({ labels }) => Array.from(labels)),
    samples.map(({ label }) => label ?? -1),
  );
  t.deepEqual(
    Buffer.concat(blocks.map(({ digests }) => digests!)).toString('hex'),
    samples.map(({ content }) => content!.sha256).join(''),
  );
  for (const layer of ['embedding', 'projection'] as const) {
    t.deepEqual(
      blocks.flatMap((block) => Array.from(block[layer]!)),
      rows.flatMap((row) => row[layer]),
    );
  }
});

test('a part says what its images were, as sha256sum would', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, oneAndABit);
  const { parts } = await manifestOf(folder);
  const samples = readable(oneAndABit).filter((position) => position >= partPositions);
  const contents = samples.map((position) => exportSample(position).content!);
  const lines = samples.map(
    (position, at) => `${contents[at]!.sha256}  ${exportSample(position).id}\n`,
  );
  t.is(parts[1]!.content, createHash('sha256').update(lines.join('')).digest('hex'));
  t.is(
    parts[1]!.imageBytes,
    contents.reduce((sum, { bytes }) => sum + bytes, 0),
  );
});

test('each bad sample is in quarantine exactly once, sorted', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, oneAndABit);
  const bad = exportBad(oneAndABit).sort((a, b) => (a.id < b.id ? -1 : 1));
  t.deepEqual(await readQuarantine(path.join(folder, 'quarantine.arrow')), bad);
});

test('an export that ends without a word after any batch continues to the same bytes', async (t) => {
  const root = await temporaryFolder(t);
  const whole = path.join(root, 'whole');
  await wholeExport(whole, twoAndABit);
  const expected = await filesOf(whole);
  const batches = Math.ceil(twoAndABit.count / twoAndABit.batchSize);
  for (let kill = 0; kill <= batches; kill += kill === 0 || kill === batches - 1 ? 1 : 5) {
    const killed = path.join(root, `killed-${kill}`);
    const opened = await exportUntil(killed, twoAndABit, kill);
    // What a kill leaves behind: everything but this living process.
    const left = path.join(root, `left-${kill}`);
    await fs.cp(killed, left, { recursive: true });
    await fs.rm(path.join(left, '.lock'));
    await opened.close();
    // The batch size need not be the same: rows are framed by position.
    await wholeExport(left, { ...twoAndABit, batchSize: kill % 2 === 0 ? 500 : 333 });
    t.deepEqual(await filesOf(left), expected, `killed after ${kill} of ${batches} batches`);
  }
});

test('a part that is all bad is a file without rows', async (t) => {
  const folder = await temporaryFolder(t);
  const exported: ExportCase = { count: 4100, batchSize: 256, isBad: (at) => at < 4096 };
  await wholeExport(folder, exported);
  const part = await fs.readFile(path.join(folder, 'part-00000.arrow'));
  for (const read of Object.values(independentReaders)) t.deepEqual(read(part, 'file'), []);
  const blocks = await blocksOf(folder);
  t.deepEqual(
    blocks.flatMap(({ ids }) => ids),
    [4096, 4097, 4098, 4099].map((position) => exportSample(position).id),
  );
});

test('a dataset without samples or classes exports to a finished folder', async (t) => {
  const root = await temporaryFolder(t);
  const empty = path.join(root, 'empty');
  await wholeExport(empty, { count: 0, batchSize: 4, isBad: () => false });
  t.is((await openEmbeddings(empty)).rows, 0);
  const folder = await openEmbeddingsFolder(path.join(root, 'unlabelled'), {
    ...exportOptions(2),
    dataset: { name: 'flat', hash: 'f'.repeat(64), count: 2, classes: [] },
    layers: 'projection',
    split: 'test',
  });
  const samples = [0, 1].map((position) => {
    return { id: `${position}.png`, label: null, position, draw: 0 };
  });
  const batch = exportBatch(exportPlan(0, samples), () => false);
  t.like(await lastValueFrom(of(batch).pipe(writeEmbeddings(folder))), { rows: 2, bad: 0 });
  const report = await folder.finish();
  t.like(report, { rows: 2, parts: 1, bad: 0 });
  await folder.close();
  const bytes = await fs.readFile(path.join(root, 'unlabelled', 'part-00000.arrow'));
  t.is(report.bytes, bytes.byteLength);
  for (const read of Object.values(independentReaders)) {
    t.deepEqual(
      read(bytes, 'file'),
      samples.map(({ id, position }) => {
        const { projection } = exportRow(position);
        return { id, label: null, sha256: null, projection, split: 'test' };
      }),
    );
  }
  t.deepEqual([...(await blocksOf(path.join(root, 'unlabelled')))[0]!.labels], [-1, -1]);
});

test('emits once for each batch, in order, when its rows are in the file', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await openEmbeddingsFolder(root, exportOptions(1000));
  const exported: ExportCase = { count: 1000, batchSize: 7, isBad: (at) => at % 10 === 0 };
  let rows = 0;
  let seq = 0;
  for await (const written of batchesOf(exported)) {
    const result = await folder.write(written, reasonsOf(exportBad(exported)));
    rows += result.rows;
    seq += 1;
    if (seq < 143) {
      const part = (await fs.readdir(root)).find((name) => /^part-00000.*\.tmp$/.test(name));
      const { size } = await fs.stat(path.join(root, part!));
      t.true(size > rows * (4 + 2) * 4, `after batch ${seq}`);
    }
  }
  await folder.finish();
  await folder.close();
  const other = path.join(root, 'other');
  const again = await openEmbeddingsFolder(other, exportOptions(1000));
  const all = await lastValueFrom(exportStream(again, exported).pipe(toArray()));
  t.deepEqual(
    all.map(({ plan }) => plan.seq),
    all.map((_, at) => at),
  );
  t.is(
    all.reduce((sum, { rows }) => sum + rows, 0),
    rows,
  );
  await again.close();
});

async function* batchesOf(exported: ExportCase) {
  for await (const plan of exportPlans(exported, 0)) yield exportBatch(plan, exported.isBad);
}

test('a finished export continues to itself', async (t) => {
  const folder = await temporaryFolder(t);
  const exported: ExportCase = { count: 300, batchSize: 100, isBad: () => false };
  await wholeExport(folder, exported);
  const before = await filesOf(folder);
  const again = await exportUntil(folder, exported);
  t.is(again.nextPosition, 300);
  t.is((await again.finish()).rows, 300);
  await again.close();
  t.deepEqual(await filesOf(folder), before);
});

test('a folder of something else is refused, naming what differs', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, { count: 10, batchSize: 10, isBad: () => false });
  const options = exportOptions(10);
  const refuse = async (
    changes: Partial<typeof options>,
    message: RegExp,
    t: ExecutionContext,
  ): Promise<void> => {
    const opening = openEmbeddingsFolder(folder, { ...options, resume: true, ...changes });
    await t.throwsAsync(opening, { code: 'ERR_CONFIG', message });
  };
  const { dataset, model, sizes } = options;
  await refuse(
    { resume: false },
    /a finished export already: 10 rows, 0 images left out\. Choose another folder\./,
    t,
  );
  await refuse({ dataset: { ...dataset, hash: 'other' } }, /`dataset\.hash`: "d+…"/, t);
  await refuse({ model: { ...model, hash: 'm' } }, /`model\.hash`.*"m" now/, t);
  await refuse({ preprocessing: { imageSize: 64 } }, /`preprocessing\.imageSize`: 32 before/, t);
  await refuse({ layers: 'embedding' }, /`layers\.projection`: 2 before, nothing now/, t);
  await refuse({ sizes: { ...sizes, embedding: 8 } }, /`layers\.embedding`: 4 before, 8 now/, t);
  await refuse({ split: 'test' }, /`split`/, t);
  // The same data in another place is the same dataset.
  const moved = await openEmbeddingsFolder(folder, {
    ...options,
    dataset: { ...dataset, name: 'moved' },
    resume: true,
  });
  await moved.close();
  t.false((await fs.readdir(folder)).includes('.lock'), 'refusing gives the lock back');
});

test('a folder with other files is refused, leftovers of a killed start are not', async (t) => {
  const folder = await temporaryFolder(t);
  await fs.writeFile(path.join(folder, 'manifest.json.tmp'), '{');
  const opened = await openEmbeddingsFolder(folder, exportOptions(1));
  await opened.close();
  const other = path.join(folder, 'other');
  await fs.mkdir(other);
  await fs.writeFile(path.join(other, 'thesis.txt'), '');
  await t.throwsAsync(openEmbeddingsFolder(other, { ...exportOptions(1), resume: true }), {
    code: 'ERR_CONFIG',
    message: /`thesis\.txt`/,
  });
});

test('two writers at a time are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openEmbeddingsFolder(folder, exportOptions(1));
  await t.throwsAsync(openEmbeddingsFolder(folder, { ...exportOptions(1), resume: true }), {
    code: 'ERR_LOCKED',
  });
  await first.close();
  await first.close();
});

test('a missing or cut part is refused by writer and reader', async (t) => {
  const folder = await temporaryFolder(t);
  const exported: ExportCase = { count: 5000, batchSize: 500, isBad: () => false };
  await wholeExport(folder, exported);
  const file = path.join(folder, 'part-00001.arrow');
  const bytes = await fs.readFile(file);
  const damage = async (
    content: Buffer | undefined,
    verify: 'size' | 'hash',
    message: RegExp,
  ): Promise<void> => {
    await (content === undefined ? fs.rm(file) : fs.writeFile(file, content));
    const expectation = { code: 'ERR_FORMAT', message };
    const options = { ...exportOptions(5000), resume: true, verify };
    await t.throwsAsync(openEmbeddingsFolder(folder, options), expectation);
    await t.throwsAsync(openEmbeddings(folder, { verify }), expectation);
  };
  await damage(bytes.subarray(0, -8), 'size', /part-00001\.arrow` is damaged: the manifest says/);
  await damage(bytes.fill(7, 1500, 1504), 'hash', /SHA-256/);
  await damage(undefined, 'size', /it is missing/);
});

test('an unfinished, missing or unreadable export is refused by the reader', async (t) => {
  const root = await temporaryFolder(t);
  await t.throwsAsync(openEmbeddings(root), { code: 'ERR_FORMAT', message: /no embeddings/ });
  const folder = path.join(root, 'begun');
  const opened = await exportUntil(folder, { count: 10, batchSize: 5, isBad: () => false }, 1);
  await t.throwsAsync(opened.finish(), { code: 'ERR_CONTRACT', message: /got 0/ });
  await opened.close();
  t.deepEqual(await fs.readdir(folder), ['manifest.json']);
  await t.throwsAsync(openEmbeddings(folder), { code: 'ERR_FORMAT', message: /not finished/ });
  const file = path.join(folder, 'manifest.json');
  const manifest = await manifestOf(folder);
  await fs.writeFile(file, JSON.stringify({ ...manifest, version: 3 }));
  await t.throwsAsync(openEmbeddings(folder), { code: 'ERR_FORMAT', message: /version/ });
  await fs.writeFile(file, '{"format":');
  await t.throwsAsync(openEmbeddings(folder), { code: 'ERR_FORMAT', message: /Cannot read/ });
});

test('positions out of order, rows that do not fit and bad samples without a reason are refused', async (t) => {
  const folder = await openEmbeddingsFolder(await temporaryFolder(t), exportOptions(4));
  const plan = (positions: number[]) => exportPlan(0, positions.map(exportSample));
  const none = reasonsOf([]);
  const good = () => false;
  const write = (positions: number[]) => folder.write(exportBatch(plan(positions), good), none);
  await t.throwsAsync(write([1]), { code: 'ERR_CONTRACT', message: /positions from 0/ });
  await t.throwsAsync(write([0, 2]), { code: 'ERR_CONTRACT' });
  await t.throwsAsync(write([0, 1, 2, 3, 4]), { code: 'ERR_CONTRACT' });
  const batch = exportBatch(plan([0, 1]), good);
  await t.throwsAsync(folder.write({ ...batch, projection: new Float32Array(5) }, none), {
    code: 'ERR_SHAPE',
    message: /`projection`/,
  });
  await t.throwsAsync(folder.write({ ...batch, samples: batch.samples.toReversed() }, none), {
    code: 'ERR_CONTRACT',
    message: /plan order/,
  });
  await write([0, 1]);
  const withBad = exportBatch(plan([2, 3]), (position) => position === 3);
  await t.throwsAsync(folder.write(withBad, none), { code: 'ERR_CONTRACT', message: /3\.jpg/ });
  await t.throwsAsync(folder.finish(), { code: 'ERR_CONTRACT' });
  await folder.close();
  await t.throwsAsync(write([0]), { code: 'ERR_CONTRACT', message: /closed/ });
});

test('an export of version 1 is read as before, and not continued', async (t) => {
  const folder = await temporaryFolder(t);
  await wholeExport(folder, oneAndABit);
  const now = await blocksOf(folder);
  await makeVersion1(folder);
  t.deepEqual(
    await blocksOf(folder),
    now.map(({ digests: _digests, ...block }) => block),
  );
  const options = { ...exportOptions(oneAndABit.count), resume: true };
  await t.throwsAsync(openEmbeddingsFolder(folder, options), {
    code: 'ERR_CONFIG',
    message: /version 1, which does not say what its images were.*Export into another folder/,
  });
});
