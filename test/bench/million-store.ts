import fs from 'node:fs/promises';
import { linkSync } from 'node:fs';
import path from 'node:path';
import {
  Binary,
  Field,
  Int32,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { encodeSynthetic } from '../../datasets/synthetic/synthetic.ts';
import { renderSynthetic, syntheticClasses } from '../../datasets/synthetic/synthetic-images.ts';
import { tarEnd, tarMember } from '../helpers/tar-file.ts';

/** Forms of a large set, and where each lies below its folder. */
export const largeForms = {
  folder: 'photos',
  tar: 'shards',
  parquet: 'tables',
  csv: 'photos/list.csv',
  jsonl: 'photos/list.jsonl',
} as const;

/** Images of a class, and of a tar shard. */
const perClass = 1000;

/** Images of a table, and of a group of its rows. */
const perTable = 50_000;
const perGroup = 1000;

/**
 * Different images: a file has a link for each that repeats it, of which file systems allow some 65,000. A prime number, so
 * that each part of the set has all of them, and more bytes than Snappy looks back.
 */
const different = 97;

/**
 * Writes one set in every form, unless it is there: ids as ImageNet has them, small JPEG images. The images of a class
 * are spread over tars and tables.
 *
 * @param count Images, a multiple of 1,000.
 */
export async function writeLargeSet(folder: string, count: number): Promise<void> {
  const done = path.join(folder, `${count}-images`);
  const isThere = await fs.stat(done).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await fs.mkdir(folder, { recursive: true });
  const images = await smallImages();
  await writePhotos(folder, count, images);
  await writeLists(folder, count);
  await writeShards(folder, count, images);
  await writeTables(folder, count, images);
  await fs.writeFile(done, '');
}

async function smallImages(): Promise<readonly Uint8Array[]> {
  const drawn = Array.from({ length: different }, (_, at) =>
    renderSynthetic(at % syntheticClasses.length, at, { seed: 0, imageSize: 16 }),
  );
  return await Promise.all(drawn.map(encodeSynthetic));
}

function className(label: number): string {
  return `n${String(label).padStart(8, '0')}`;
}

function idOf(at: number): string {
  const name = className(Math.floor(at / perClass));
  return `${name}/${name}_${String(at % perClass).padStart(4, '0')}.jpg`;
}

async function writePhotos(
  folder: string,
  count: number,
  images: readonly Uint8Array[],
): Promise<void> {
  const photos = path.join(folder, largeForms.folder);
  const originals = path.join(folder, 'originals');
  await fs.mkdir(originals, { recursive: true });
  for (const [at, bytes] of images.entries()) {
    await fs.writeFile(path.join(originals, String(at)), bytes);
  }
  for (let at = 0; at < count; at += 1) {
    if (at % perClass === 0) {
      await fs.mkdir(path.join(photos, className(at / perClass)), { recursive: true });
    }
    linkSync(path.join(originals, String(at % different)), path.join(photos, idOf(at)));
  }
}

async function writeLists(folder: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, at) => {
    const id = idOf(at);
    return { file_name: id, label: id.slice(0, id.indexOf('/')) };
  });
  const csv = rows.map(({ file_name: name, label }) => `${name},${label}\n`).join('');
  await fs.writeFile(path.join(folder, largeForms.csv), `file_name,label\n${csv}`);
  const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await fs.writeFile(path.join(folder, largeForms.jsonl), jsonl);
}

async function writeShards(
  folder: string,
  count: number,
  images: readonly Uint8Array[],
): Promise<void> {
  const shards = path.join(folder, largeForms.tar);
  await fs.mkdir(shards, { recursive: true });
  for (const [shard, some] of spread(count, count / perClass).entries()) {
    const members = some.map((at) => tarMember({ name: idOf(at) }, images[at % different]));
    const name = `train-${String(shard).padStart(4, '0')}.tar`;
    await fs.writeFile(path.join(shards, name), Buffer.concat([...members, tarEnd]));
  }
}

async function writeTables(
  folder: string,
  count: number,
  images: readonly Uint8Array[],
): Promise<void> {
  const tables = path.join(folder, largeForms.parquet);
  await fs.mkdir(tables, { recursive: true });
  const parts = spread(count, Math.ceil(count / perTable));
  const classes = Array.from({ length: count / perClass }, (_, label) => className(label));
  for (const [part, some] of parts.entries()) {
    const [number, all] = [part, parts.length].map((value) => String(value).padStart(5, '0'));
    const bytes = await parquetOf(tableOf(some, images, classes));
    await fs.writeFile(path.join(tables, `train-${number}-of-${all}.parquet`), bytes);
  }
}

/** Every image in one of the parts, those of a class in different ones. */
function spread(count: number, parts: number): readonly (readonly number[])[] {
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: Math.ceil((count - part) / parts) }, (_, at) => at * parts + part),
  );
}

/** As Hugging Face's `datasets` has images. */
function tableOf(
  some: readonly number[],
  images: readonly Uint8Array[],
  classes: readonly string[],
): Table {
  const type = new Struct<{ bytes: Binary; path: Utf8 }>([
    new Field('bytes', new Binary(), true),
    new Field('path', new Utf8(), true),
  ]);
  const rows = some.map((at) => ({ bytes: images[at % different]!, path: idOf(at) }));
  const labels = some.map((at) => Math.floor(at / perClass));
  const features = { image: { _type: 'Image' }, label: { names: classes, _type: 'ClassLabel' } };
  const table = new Table({
    image: vectorFromArray(rows, type),
    label: vectorFromArray(labels, new Int32()),
  });
  const metadata = new Map([['huggingface', JSON.stringify({ info: { features } })]]);
  return new Table(new Schema(table.schema.fields, metadata), table.batches);
}

async function parquetOf(table: Table): Promise<Uint8Array> {
  const wasm = await import('parquet-wasm');
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(perGroup)
    // Images repeat only here.
    .setColumnDictionaryEnabled('image.bytes', false)
    .build();
  return wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), properties);
}
