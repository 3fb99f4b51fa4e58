import type { EventEmitter } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import pl from 'nodejs-polars';
import { lastValueFrom, tap } from 'rxjs';
import { openArrowLog } from '../../outputs/arrow/arrow-log.ts';
import { writeCheckpoint } from '../../outputs/run/checkpoints.ts';
import type { Inspection } from '../../outputs/inspect/inspection.ts';
import { convert } from '../../pipeline/convert.ts';
import { convertVerb } from '../../pipeline/options/convert-options.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';
import { writeMixedFile } from '../helpers/arrow-sources.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { madeUpState } from '../helpers/training-cases.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport, type VectorExport } from '../helpers/vector-export.ts';

const run = async (args: readonly string[], onStatus?: (terminal: EventEmitter) => void) =>
  await runCommandLine(args, { onStatus });

async function inspected(args: readonly string[]): Promise<Inspection> {
  const { stdout } = await run(['inspect', ...args, '--json']);
  return JSON.parse(stdout) as Inspection;
}

const small: VectorExport = {
  projection: unitRows(20, 6, 'inspect'),
  size: 6,
  labels: Array.from({ length: 20 }, (_, row) => (row % 4) - 1),
  classes: ['ant', 'bee', 'çat'],
};

test('convert says what it wrote, and shows how far it is', async (t) => {
  const folder = await writeVectorExport(t, small);
  const out = path.join(path.dirname(folder), 'new', 'a.parquet');
  const { exitCode, stdout, stderr } = await run(
    ['convert', folder, '--to', 'parquet', '--out', out],
    () => {},
  );
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^wrote 20 rows, [\d.]+ kB, to .*a\.parquet\n\nnext:\n/u);
  t.regex(stderr, /convert {2}20\/20 {2}100 %/u);
  t.is(pl.readParquet(out).height, 20);
  const again = await run(['convert', folder, '--to', 'csv', '--out', `${out}.csv`, '--json']);
  t.like(JSON.parse(again.stdout), { verb: 'convert', to: 'csv', rows: 20, interrupted: false });
});

test('convert that is aborted leaves nothing when it is closed', async (t) => {
  const source = await writeMixedFile(t, 40);
  const out = path.join(path.dirname(source), 'new', 'a.csv');
  const stopped = convert(resolveOptions(convertVerb, { source, to: 'csv', out }));
  const reason = new Error('enough');
  const output = lastValueFrom(stopped.output$.pipe(tap(() => stopped.abort(reason))));
  await t.throwsAsync(output, { is: reason });
  await stopped.closed;
  t.deepEqual(await fs.readdir(path.dirname(out)), []);
});

test('convert refuses names and options that do not fit', async (t) => {
  const convert = ['convert', 'a', '--to', 'parquet', '--out'];
  const named = await run([...convert, 'a.arrow']);
  t.is(named.exitCode, 2);
  t.regex(named.stderr, /`--out` to be a file name that ends like `--to`.*got `a\.arrow`/u);
  const vectors = await run([...convert, 'a.parquet', '--vectors', 'json']);
  t.regex(vectors.stderr, /`--vectors` to be absent unless `--to` is `csv`/u);
});

test('inspect tells of an export: classes, lengths, first rows', async (t) => {
  const folder = await writeVectorExport(t, small);
  const found = await inspected([path.join(folder, 'manifest.json'), '--rows', '1', '--verify']);
  t.like(found, { kind: 'embeddings', problems: [] });
  t.like(found.facts, { finished: true, rows: 20, badImages: 0, projection: 6, embedding: 6 });
  t.is(found.facts['verified'], 'all 20 rows read, hashes equal');
  const [norms, classes] = found.tables;
  const lengths = norms!.records.map(({ column, mean }) => [column, Number(mean).toFixed(4)]);
  t.deepEqual(lengths, [
    ['embedding', '3.0000'],
    ['projection', '1.0000'],
  ]);
  t.deepEqual(classes!.records, [
    ...small.classes.map((label) => ({ label, rows: 5 })),
    { label: null, rows: 5 },
  ]);
  t.is(found.preview.length, 1);
  t.deepEqual(found.columns[1], { name: 'label', type: 'dictionary<int32, utf8>', nullable: true });
  const { stdout } = await run(['inspect', folder]);
  t.regex(stdout, /projection +fixed_size_list<float32>\[6\] +no\n/u);
  t.notRegex(stdout, /undefined|NaN/u);
});

test('inspect finds damage, and fails then', async (t) => {
  const folder = await writeVectorExport(t, small);
  const part = path.join(folder, 'part-00000.arrow');
  const bytes = await fs.readFile(part);
  bytes[Math.floor(bytes.byteLength / 2)]! ^= 1;
  await fs.writeFile(part, bytes);
  t.is((await run(['inspect', folder])).exitCode, 0);
  const { exitCode, stdout } = await run(['inspect', folder, '--verify']);
  t.is(exitCode, 1);
  t.regex(stdout, /problem: .*SHA-256/u);
});

test('inspect tells of an unfinished export', async (t) => {
  const { kind, what } = await inspected([
    await writeVectorExport(t, { ...small, unfinished: true }),
  ]);
  t.is(kind, 'embeddings');
  t.regex(what, /not finished: continue with/u);
});

test('inspect tells of files: Arrow, a stream, a cut stream, a checkpoint, nothing known', async (t) => {
  const file = await writeMixedFile(t, 40);
  const arrow = await inspected([file]);
  t.like(arrow, { kind: 'arrow-file', metadata: { note: 'ä' } });
  t.like(arrow.facts, { rows: 40, batches: 6 });
  t.is(arrow.preview.length, 5);

  const folder = await temporaryFolder(t);
  const stream = path.join(folder, 'log.arrows');
  const log = await openArrowLog(stream, { step: 'int32' });
  await log.append([{ step: 0 }, { step: 1 }]);
  const growing = await inspected([stream]);
  t.like(growing.facts, { rows: 2, rowsBySidecar: 2, ended: false });
  await log.close();
  t.like((await inspected([stream])).facts, { rows: 2, ended: true });
  await fs.truncate(stream, (await fs.stat(stream)).size - 20);
  const cut = await run(['inspect', stream]);
  t.is(cut.exitCode, 1);
  t.regex(cut.stderr, /it was cut: 1 row is there/u);
  await fs.rm(`${stream}.json`);
  await fs.rm(stream);

  const checkpoint = await writeCheckpoint(folder, madeUpState(3), 'c'.repeat(64));
  const tensors = await inspected([checkpoint, '--verify']);
  t.like(tensors, { kind: 'safetensors', facts: { verified: 'hash equal' } });
  t.like(await inspected([folder]), { kind: 'folder', problems: [] });

  const text = path.join(folder, 'notes.txt');
  await fs.writeFile(text, 'hello');
  const unknown = await run(['inspect', text]);
  t.is(unknown.exitCode, 1);
  t.regex(unknown.stdout, /^.*notes\.txt: File of a kind that is not known\n/u);
  t.regex(unknown.stdout, /problem: Expected .* safetensors or ONNX, got something else/u);
});
