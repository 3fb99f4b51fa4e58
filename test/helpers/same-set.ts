import fs from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
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
import { pack } from 'tar-stream';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { seededRandom } from '../../operators/random.ts';
import { prepare } from '../../pipeline/prepare.ts';

/** Images by their paths, `class/name.jpg`, sorted. */
export type ImageSet = ReadonlyMap<string, Uint8Array>;

/** A set of images in every form that a source has, by the name of the form: locations below one folder. */
export interface SameSet {
  /** The folder that all lie in. */
  readonly root: string;
  /** Locations below it, with `/` as separator; `photos` is the image folder. */
  readonly forms: Readonly<Record<SetForm, string>>;
}

/** Forms of one set. */
export const setForms = ['folder', 'tar', 'parquet', 'arrow', 'csv', 'jsonl', 'prepared'] as const;

/** Those that are also held against their images in a bucket. */
export const bucketForms: readonly SetForm[] = ['folder', 'tar', 'parquet', 'csv'];

/** Name of a form. */
export type SetForm = (typeof setForms)[number];

/** Noisy JPEG images of a few classes, `a`, `b`, …. */
export async function noisyImages(perClass: readonly number[], size = 24): Promise<ImageSet> {
  const images = new Map<string, Uint8Array>();
  for (const [label, count] of perClass.entries()) {
    for (let index = 0; index < count; index += 1) {
      const random = seededRandom('same set', label, index);
      const pixels = Uint8Array.from(
        { length: size * (size - 2) * 3 },
        (_, at) => ((at % 3 === label % 3 ? 160 : 60) + random.below(60)) & 255,
      );
      const raw = { width: size, height: size - 2, channels: 3 } as const;
      const name = `${String.fromCodePoint(97 + label)}/${String(index).padStart(3, '0')}.jpg`;
      images.set(name, await sharp(pixels, { raw }).jpeg().toBuffer());
    }
  }
  return images;
}

/** Writes a set in every form into a folder, or in all but `prepared`. @param shards Tar shards and tables, 1 or more. */
export async function writeSameSet(
  root: string,
  images: ImageSet,
  shards = 2,
  { prepared = true }: { readonly prepared?: boolean } = {},
): Promise<SameSet> {
  const photos = path.join(root, 'photos');
  for (const [name, bytes] of images) {
    await fs.mkdir(path.dirname(path.join(photos, name)), { recursive: true });
    await fs.writeFile(path.join(photos, name), bytes);
  }
  const last = String(shards - 1).padStart(3, '0');
  for (let shard = 0; shard < shards; shard += 1) {
    const some = new Map([...images].filter((_, at) => at % shards === shard));
    const name = String(shard).padStart(3, '0');
    await fs.writeFile(path.join(root, `shard-${name}.tar`), await tarOf(some));
    const table = tableOf(some, classesOf(images));
    await fs.mkdir(path.join(root, 'parquet'), { recursive: true });
    await fs.mkdir(path.join(root, 'arrow'), { recursive: true });
    await fs.writeFile(path.join(root, 'arrow', `${name}.arrow`), tableToIPC(table, 'file'));
    await fs.writeFile(path.join(root, 'parquet', `${name}.parquet`), await parquetOf(table));
  }
  const rows = [...images.keys()].map((name) => ({
    file_name: name,
    label: name.split('/', 1)[0]!,
  }));
  const csv = rows.map(({ file_name: name, label }) => `${name},${label}\n`).join('');
  await fs.writeFile(path.join(photos, 'list.csv'), `file_name,label\n${csv}`);
  const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await fs.writeFile(path.join(photos, 'list.jsonl'), jsonl);
  if (prepared) await prepare({ data: photos, out: path.join(root, 'prepared') });
  return {
    root,
    forms: {
      folder: 'photos',
      tar: `shard-{000..${last}}.tar`,
      parquet: 'parquet',
      arrow: 'arrow',
      csv: 'photos/list.csv',
      jsonl: 'photos/list.jsonl',
      prepared: 'prepared',
    },
  };
}

function classesOf(images: ImageSet): readonly string[] {
  return [...new Set([...images.keys()].map((name) => name.split('/', 1)[0]!))].sort();
}

async function tarOf(images: ImageSet): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of images) archive.entry({ name }, Buffer.from(bytes));
  archive.finalize();
  return await buffer(archive);
}

/** As Hugging Face's `datasets` writes images: bytes and path, and the names of the classes in the metadata. */
function tableOf(images: ImageSet, classes: readonly string[]): Table {
  const type = new Struct<{ bytes: Binary; path: Utf8 }>([
    new Field('bytes', new Binary(), true),
    new Field('path', new Utf8(), true),
  ]);
  const rows = [...images].map(([name, bytes]) => ({ bytes, path: name }));
  const labels = [...images.keys()].map((name) => classes.indexOf(name.split('/', 1)[0]!));
  const features = { image: { _type: 'Image' }, label: { names: classes, _type: 'ClassLabel' } };
  const metadata = new Map([['huggingface', JSON.stringify({ info: { features } })]]);
  const columns = {
    image: vectorFromArray(rows, type),
    label: vectorFromArray(labels, new Int32()),
  };
  const table = new Table(columns);
  return new Table(new Schema(table.schema.fields, metadata), table.batches);
}

async function parquetOf(table: Table): Promise<Uint8Array> {
  const wasm = await import('parquet-wasm');
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    .setMaxRowGroupSize(8)
    .build();
  return wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), properties);
}
