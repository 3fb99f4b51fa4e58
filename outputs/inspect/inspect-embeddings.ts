import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { EmbeddingsManifest } from '../embeddings/embeddings-manifest.ts';
import { classColumns } from '../arrow/arrow-columns.ts';
import { embeddingsSchema } from '../embeddings/embeddings-schema.ts';
import { partBatches } from '../exports/part-batches.ts';
import { checkPart } from '../exports/check-part.ts';
import { badImagesTable } from './bad-images-table.ts';
import { columnsOf, columnSummary, previewOf } from './column-summary.ts';
import type { Inspection, InspectPathOptions } from './inspection.ts';

/**
 * Describes an embeddings folder, finished or not: all rows of its finished parts are read, one batch at a time,
 * for the classes and the lengths of vectors. Damaged parts are problems, not errors.
 */
export async function inspectEmbeddings(
  folder: string,
  manifest: EmbeddingsManifest,
  { rows = 5, verify = false, signal, onRows }: InspectPathOptions,
): Promise<Inspection> {
  const { dataset, parts, classes, layers, split, done } = manifest;
  const total = parts.reduce((sum, part) => sum + part.rows, 0);
  const positions = parts.reduce((sum, part) => sum + part.positions, 0);
  const bad = parts.flatMap((part) => part.bad);
  const repaired = parts.reduce((sum, part) => sum + (part.repaired?.length ?? 0), 0);
  const schema = embeddingsSchema(classColumns(classes).type, manifest);
  const summary = columnSummary(schema);
  const preview: Inspection['preview'][number][] = [];
  const problems: string[] = [];
  let read = 0;
  for (const part of parts) {
    const file = path.join(folder, part.file);
    try {
      await checkPart(folder, part, verify ? 'hash' : 'size');
      let inPart = 0;
      for await (const batch of partBatches(file, schema)) {
        signal?.throwIfAborted();
        preview.push(...previewOf(batch, rows - preview.length));
        summary.add(batch);
        inPart += batch.numRows;
        onRows?.(read + inPart, total);
      }
      read += inPart;
      if (inPart !== part.rows) {
        problems.push(`\`${file}\`: the manifest says ${part.rows} rows, it has ${inPart}`);
      }
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      problems.push(messageOf(error));
    }
  }
  return {
    path: folder,
    kind: 'embeddings',
    what: `Embeddings of ${manifest.producer}, ${done ? 'finished' : 'not finished: continue with `embed` and `resume: true`'}`,
    facts: {
      finished: done,
      dataset: dataset.name,
      datasetHash: dataset.hash,
      positions: done ? positions : `${positions} of ${dataset.count}`,
      rows: total,
      badImages: bad.length,
      ...(repaired === 0 ? {} : { repairedImages: repaired }),
      classes: classes.length,
      ...Object.fromEntries(Object.entries(layers).map(([layer, size]) => [layer, size ?? null])),
      split,
      parts: parts.length,
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      ...(verify && problems.length === 0
        ? { verified: `all ${read} rows read, hashes equal` }
        : {}),
    },
    metadata: {
      ...metadataOf('model', manifest.model),
      ...metadataOf('preprocessing', manifest.preprocessing),
    },
    columns: columnsOf(schema),
    tables: [...summary.tables(), ...badImagesTable(bad, rows)],
    preview,
    problems,
  };
}

function metadataOf(name: string, values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]: [string, unknown]) => [
      `${name}.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
