import path from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { labelsOf } from '../../operators/labels-of.ts';
import type { EmbeddingBatch } from '../../operators/types.ts';
import {
  classColumns,
  recordBatch,
  textsColumn,
  utf8Column,
  vectorsColumn,
} from '../arrow/arrow-columns.ts';
import { openArrowFile } from '../arrow/arrow-file.ts';
import { partName, partPositions } from '../exports/export-parts.ts';
import { partSamples, type PartOpener } from '../exports/open-part.ts';
import type { EmbeddingsIdentity } from './embeddings-identity.ts';
import { embeddingsLayers, embeddingsSchema, type LayerSizes } from './embeddings-schema.ts';

// Rows are framed in blocks of so many positions, however they arrive: 1.3 MB at 640 values. A divisor
// of the positions of a part.
const blockPositions = 512;

/**
 * Prepares what the parts of one folder share: schema, dictionary, metadata, and room for one block.
 *
 * Rows go into record batches by position, not by the batch they came in: the last, incomplete record
 * batch of the file is written again as rows come in. So all rows are in the file when `flush` settles,
 * and the bytes of the whole do not depend on the batch size.
 *
 * One part is open at a time.
 *
 * @param token See `openPartialFile`.
 */
export function partOpener(
  folder: string,
  manifest: EmbeddingsIdentity,
  token?: string,
): PartOpener<EmbeddingBatch> {
  const { classes, layers, severalClasses, split } = manifest;
  const { count } = manifest.dataset;
  const labels = classColumns(classes);
  const schema = embeddingsSchema(labels.type, manifest);
  const buffers = blockBuffers(layers);
  const metadata = {
    format: 'sincere-embeddings',
    version: String(manifest.version),
    producer: manifest.producer,
    dataset: manifest.dataset.hash,
    model: manifest.model.hash,
    preprocessing: JSON.stringify(manifest.preprocessing),
  };
  const namesOf = (numbers: readonly number[]): readonly string[] | null =>
    numbers.length === 0 ? null : numbers.map((label) => classes[label]!);
  const batchOf = ({ ids, labels: numbers, labelSets, hashes }: Block): RecordBatch =>
    recordBatch(schema, [
      utf8Column(ids),
      labels.column(Int32Array.from(numbers)),
      ...(severalClasses === true ? [textsColumn(labelSets.map(namesOf))] : []),
      utf8Column(hashes),
      ...buffers.map(({ size, values }) =>
        vectorsColumn(values.subarray(0, ids.length * size), size),
      ),
      ...(split === null ? [] : [utf8Column(ids.map(() => split))]),
    ]);

  return async (first) => {
    const file = path.join(folder, partName(first / partPositions));
    const sink = await openArrowFile(file, schema, { metadata, token });
    const end = Math.min(first + partPositions, count);
    const samples = partSamples(folder);
    let next = first;
    let block = emptyBlock();

    const flush = async (): Promise<void> => {
      const rows = block.ids.length;
      if (rows === block.written) return;
      const batch = batchOf(block);
      if (block.written === 0) await sink.write(batch);
      else await sink.replaceLast(batch);
      block.written = rows;
    };
    const step = async (): Promise<void> => {
      if (next !== first && (next - first) % blockPositions === 0) {
        await flush();
        block = emptyBlock();
      }
      next += 1;
    };

    return {
      end,
      async add(sample, batch, row) {
        await step();
        const at = block.ids.length;
        block.ids.push(sample.id);
        block.labels.push(sample.label ?? -1);
        block.labelSets.push(labelsOf(sample));
        const identified = batch.samples[row]?.content;
        block.hashes.push(identified?.sha256 ?? null);
        samples.add(sample.id, identified);
        for (const { layer, size, values } of buffers) {
          values.set(batch[layer].subarray(row * size, (row + 1) * size), at * size);
        }
      },
      async skip({ id }) {
        await step();
        samples.skip(id);
      },
      flush,
      async finish(reasons) {
        await flush();
        const told = samples.told(reasons);
        // A part without rows has a batch without rows: it holds the dictionary of `label`.
        if (sink.rows === 0) await sink.write(batchOf(emptyBlock()));
        const { rows, bytes, sha256 } = await sink.close();
        const file = path.basename(sink.path);
        const positions = end - first;
        return { file, first, positions, rows, bytes, sha256, ...told };
      },
      abort: () => sink.abort(),
    };
  };
}

/** Rows that share a record batch. */
interface Block {
  readonly ids: string[];
  readonly labels: number[];
  /** All classes of each. */
  readonly labelSets: (readonly number[])[];
  /** SHA-256 of each file; null when nobody identified it. */
  readonly hashes: (string | null)[];
  /** Rows that are in the file already. */
  written: number;
}

function emptyBlock(): Block {
  return { ids: [], labels: [], labelSets: [], hashes: [], written: 0 };
}

/** Room for the vectors of one block, reused for all. */
function blockBuffers(layers: LayerSizes) {
  return embeddingsLayers.flatMap((layer) => {
    const size = layers[layer];
    if (size === undefined) return [];
    return [{ layer, size, values: new Float32Array(blockPositions * size) }];
  });
}
