import { createHash } from 'node:crypto';
import path from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import type { Quarantine } from '../../operators/stages/quarantine.ts';
import type {
  BadSample,
  EmbeddingBatch,
  ImageContent,
  PlannedSample,
} from '../../operators/types.ts';
import { classColumns, recordBatch, utf8Column, vectorsColumn } from '../arrow/arrow-columns.ts';
import { openArrowFile } from '../arrow/arrow-file.ts';
import type { EmbeddingsPart } from './embeddings-manifest.ts';
import type { ExportIdentity } from './export-identity.ts';
import { embeddingsLayers, embeddingsSchema, type LayerSizes } from './embeddings-schema.ts';
import { partPositions, partName } from './export-parts.ts';

/** A part of an export while it is being written. */
export interface OpenPart {
  /** Dataset position after its last. */
  readonly end: number;
  /** Takes in the next position, with its row of `batch`. */
  add(sample: PlannedSample, batch: EmbeddingBatch, row: number): Promise<void>;
  /** Takes in the next position, which has no row. */
  skip(sample: PlannedSample): Promise<void>;
  /** Brings all rows so far into the file. */
  flush(): Promise<void>;
  /**
   * Ends the file and gives it its name.
   * @param reasons Asked why samples were skipped, and which were repaired.
   * @throws {PipelineError} `ERR_CONTRACT` when it does not say.
   */
  finish(reasons: SampleReasons): Promise<EmbeddingsPart>;
  /** Closes and removes the file. */
  abort(): Promise<void>;
}

/** Reasons why samples have no row, or were repaired. */
export type SampleReasons = Pick<Quarantine, 'list' | 'listRepaired'>;

/** Opens the part that begins at position `first`, a multiple of `partPositions`. */
export type PartOpener = (first: number) => Promise<OpenPart>;

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
export function partOpener(folder: string, manifest: ExportIdentity, token?: string): PartOpener {
  const { layers, split } = manifest;
  const { count } = manifest.dataset;
  const labels = classColumns(manifest.classes);
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
  const batchOf = ({ ids, labels: numbers, hashes }: Block): RecordBatch =>
    recordBatch(schema, [
      utf8Column(ids),
      labels.column(Int32Array.from(numbers)),
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
    const missing: string[] = [];
    const present = new Set<string>();
    const content = partContent();
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
        present.add(sample.id);
        block.labels.push(sample.label ?? -1);
        const identified = batch.samples[row]?.content;
        block.hashes.push(identified?.sha256 ?? null);
        content.add(sample.id, identified);
        for (const { layer, size, values } of buffers) {
          values.set(batch[layer].subarray(row * size, (row + 1) * size), at * size);
        }
      },
      async skip({ id }) {
        await step();
        missing.push(id);
      },
      flush,
      async finish(reasons) {
        await flush();
        const bad = missing.length === 0 ? [] : reasonsOf(folder, missing, reasons.list());
        const repaired = reasons.listRepaired().filter(({ id }) => present.has(id));
        // A part without rows has a batch without rows: it holds the dictionary of `label`.
        if (sink.rows === 0) await sink.write(batchOf(emptyBlock()));
        const { rows, bytes, sha256 } = await sink.close();
        const file = path.basename(sink.path);
        const positions = end - first;
        const part = { file, first, positions, rows, bytes, sha256, ...content.total(), bad };
        return repaired.length === 0 ? part : { ...part, repaired };
      },
      abort: () => sink.abort(),
    };
  };
}

/** Rows that share a record batch. */
interface Block {
  readonly ids: string[];
  readonly labels: number[];
  /** SHA-256 of each file; null when nobody identified it. */
  readonly hashes: (string | null)[];
  /** Rows that are in the file already. */
  written: number;
}

function emptyBlock(): Block {
  return { ids: [], labels: [], hashes: [], written: 0 };
}

/** What the images of a part were: null when one of them was not identified. */
function partContent(): {
  add(id: string, content: ImageContent | undefined): void;
  total(): Pick<EmbeddingsPart, 'content' | 'imageBytes'>;
} {
  const hash = createHash('sha256');
  let bytes = 0;
  let isKnown = true;
  return {
    add(id, content) {
      isKnown &&= content !== undefined;
      if (content === undefined) return;
      hash.update(`${content.sha256}  ${id}\n`);
      bytes += content.bytes;
    },
    total: () =>
      isKnown
        ? { content: hash.digest('hex'), imageBytes: bytes }
        : { content: null, imageBytes: null },
  };
}

/** Room for the vectors of one block, reused for all. */
function blockBuffers(layers: LayerSizes) {
  return embeddingsLayers.flatMap((layer) => {
    const size = layers[layer];
    if (size === undefined) return [];
    return [{ layer, size, values: new Float32Array(blockPositions * size) }];
  });
}

/** Reasons of samples without a row. */
function reasonsOf(
  folder: string,
  ids: readonly string[],
  known: readonly BadSample[],
): readonly BadSample[] {
  const byId = new Map(known.map((sample) => [sample.id, sample]));
  return ids.map((id) => {
    const reason = byId.get(id);
    if (reason !== undefined) return reason;
    throw new PipelineError(
      'ERR_CONTRACT',
      `\`${id}\` has no row in \`${folder}\`, and its quarantine does not say why.`,
      { path: folder, sample: id },
    );
  });
}
