import { createHash } from 'node:crypto';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { RecordBatch } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import {
  indexName,
  type PreparedIndex,
  preparedFormat,
  preparedIndexFormat,
  preparedVersion,
} from '../../operators/prepared-format.ts';
import type { ImageContent, PreparedBatch, Sample, StoredImage } from '../../operators/types.ts';
import {
  binaryColumn,
  classColumns,
  int32Column,
  int64Column,
  recordBatch,
  utf8Column,
} from '../arrow/arrow-columns.ts';
import { openArrowFile } from '../arrow/arrow-file.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { partName, partPositions } from '../exports/export-parts.ts';
import { type PartOpener, partSamples } from '../exports/open-part.ts';
import { imageOffsets } from './image-offsets.ts';
import type { PreparedIdentity } from './prepared-manifest.ts';
import { preparedSchema } from './prepared-schema.ts';

// A record batch ends with the row that fills one of both: readers in other languages want them small.
const [blockRows, blockBytes] = [512, 8 * 2 ** 20];

/**
 * Prepares what the parts of one folder share.
 *
 * Rows go into record batches by their number and size, whatever batch they came in, so the bytes of a part are a function
 * of its rows. Memory: one record batch, and the index of one part.
 *
 * @param token See `openPartialFile`.
 */
export function preparedPartOpener(
  folder: string,
  identity: PreparedIdentity,
  token?: string,
): PartOpener<PreparedBatch> {
  const labels = classColumns(identity.classes);
  const schema = preparedSchema(labels.type);
  const metadata = {
    format: preparedFormat,
    version: String(preparedVersion),
    producer: identity.producer,
    dataset: identity.dataset.hash,
    preparation: JSON.stringify(identity.preparation),
  };
  const batchOf = (rows: readonly Row[]): RecordBatch =>
    recordBatch(schema, [
      utf8Column(rows.map(({ sample }) => sample.id)),
      labels.column(Int32Array.from(rows, ({ sample }) => sample.label ?? -1)),
      binaryColumn(rows.map(({ image }) => image.bytes)),
      int32Column(Int32Array.from(rows, ({ image }) => image.width)),
      int32Column(Int32Array.from(rows, ({ image }) => image.height)),
      utf8Column(rows.map(({ content }) => content.sha256)),
      int64Column(BigInt64Array.from(rows, ({ content }) => BigInt(content.bytes))),
    ]);

  return async (first) => {
    const name = partName(first / partPositions);
    const sink = await openArrowFile(path.join(folder, name), schema, { metadata, token });
    const end = Math.min(first + partPositions, identity.dataset.count);
    const samples = partSamples(folder);
    const index = partIndex();
    let block: Row[] = [];
    let bytes = 0;

    const writeBlock = async (): Promise<void> => {
      await sink.write(batchOf(block));
      index.endBatch();
      block = [];
      bytes = 0;
    };
    return {
      end,
      async add(sample, batch, row) {
        const image = batch.images[row]!;
        checkLength(folder, sample.id, image);
        const content = identified(folder, sample.id, batch.samples[row]?.content);
        samples.add(sample.id, content);
        index.add(sample, image, content);
        block.push({ sample, image, content });
        bytes += image.bytes.byteLength;
        if (block.length === blockRows || bytes >= blockBytes) await writeBlock();
      },
      async skip(sample) {
        samples.skip(sample.id);
        index.skip(sample);
      },
      // What is not in the file yet is less than a record batch, and a killed process loses its part anyway.
      flush: async () => {},
      async finish(reasons) {
        const told = samples.told(reasons);
        // A part without rows has a batch without rows: it holds the dictionary of `label`.
        if (block.length > 0 || sink.rows === 0) await writeBlock();
        const { rows, bytes: size, sha256 } = await sink.close();
        const text = index.text(await imageOffsets(sink.path));
        await writeAtomicFile(path.join(folder, indexName(name)), text, token);
        const own = { file: name, first, positions: end - first, rows, bytes: size, sha256 };
        return { ...own, index: hashed(text), ...told };
      },
      abort: () => sink.abort(),
    };
  };
}

interface Row {
  readonly sample: Sample;
  readonly image: StoredImage;
  readonly content: ImageContent;
}

// Offsets of `binary` are 32-bit integers.
const mostBytes = 2 ** 31 - 1 - blockBytes;

function checkLength(folder: string, id: string, { bytes }: StoredImage): void {
  if (bytes.byteLength <= mostBytes) return;
  throw new PipelineError(
    'ERR_WRITE',
    `\`${id}\` has ${bytes.byteLength} bytes as it is stored, too many for \`${folder}\`. Prepare with \`as: jpeg\` or with ` +
      '`shrinkTo`',
    { path: folder, sample: id, options: ['as', 'shrinkTo'] },
  );
}

function identified(folder: string, id: string, content: ImageContent | undefined): ImageContent {
  if (content !== undefined) return content;
  throw new PipelineError(
    'ERR_CONTRACT',
    `Expected \`${id}\` for \`${folder}\` to say what its file was: read with \`identify: true\``,
    { path: folder, sample: id },
  );
}

function hashed(text: string): { readonly bytes: number; readonly sha256: string } {
  return {
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}

/** Index of a part that is being written. */
interface PartIndex {
  add(sample: Sample, image: StoredImage, content: ImageContent): void;
  skip(sample: Sample): void;
  /** The images since the last call are in one record batch. */
  endBatch(): void;
  /** @param offsets Of the first image of each record batch. */
  text(offsets: readonly number[]): string;
}

function partIndex(): PartIndex {
  const ids: string[] = [];
  const labels: (number | null)[] = [];
  const labelSets: (readonly number[] | null)[] = [];
  const places: ({ readonly batch: number; readonly at: number } | null)[] = [];
  const bytes: (number | null)[] = [];
  const sums: (number | null)[] = [];
  const sha256: (string | null)[] = [];
  const sourceBytes: (number | null)[] = [];
  const width: (number | null)[] = [];
  const height: (number | null)[] = [];
  let [batch, at] = [0, 0];
  const begin = ({ id, label, labels: several }: Sample): void => {
    ids.push(id);
    labels.push(label);
    labelSets.push(several ?? null);
  };
  return {
    add(sample, image, content) {
      begin(sample);
      places.push({ batch, at });
      bytes.push(image.bytes.byteLength);
      sums.push(crc32(image.bytes));
      sha256.push(content.sha256);
      sourceBytes.push(content.bytes);
      width.push(image.width);
      height.push(image.height);
      at += image.bytes.byteLength;
    },
    skip(sample) {
      begin(sample);
      for (const column of [places, bytes, sums, sha256, sourceBytes, width, height])
        column.push(null);
    },
    endBatch() {
      batch += 1;
      at = 0;
    },
    text(offsets) {
      const from = places.map((place) => place && offsets[place.batch]! + place.at);
      const index: PreparedIndex = {
        format: preparedIndexFormat,
        version: preparedVersion,
        ids,
        labels,
        ...(labelSets.every((set) => set === null) ? {} : { labelSets }),
        from,
        bytes,
        crc32: sums,
        sha256,
        sourceBytes,
        width,
        height,
      };
      return `${JSON.stringify(index)}\n`;
    },
  };
}
