import path from 'node:path';
import fs from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { classColumns } from '../arrow/arrow-columns.ts';
import { checkPart, makeAnew } from '../exports/check-part.ts';
import type { ExportPart } from '../exports/export-manifest.ts';
import { partBatches } from '../exports/part-batches.ts';
import { readPartIndex } from '../prepared/indexed-rows.ts';
import { preparedExport, type PreparedManifest } from '../prepared/prepared-manifest.ts';
import { preparedSchema } from '../prepared/prepared-schema.ts';
import { badImagesTable } from './bad-images-table.ts';
import { columnsOf } from './column-summary.ts';
import type { Inspection, InspectPathOptions } from './inspection.ts';

/**
 * Describes a prepared dataset, finished or not, by its manifest and the indices of its parts. With `verify` every file is
 * read: its SHA-256, its rows and the CRC-32 of each image. Damaged parts are problems, not errors.
 */
export async function inspectPrepared(
  folder: string,
  manifest: PreparedManifest,
  { rows = 5, verify = false, signal, onRows }: InspectPathOptions,
): Promise<Inspection> {
  const { dataset, parts, classes, preparation, done } = manifest;
  const sum = (value: (part: ExportPart) => number): number =>
    parts.reduce((all, part) => all + value(part), 0);
  const total = sum((part) => part.rows);
  const positions = sum((part) => part.positions);
  const bad = parts.flatMap((part) => part.bad);
  const counts = new Map<string | null, number>();
  let several = 0;
  const preview: Inspection['preview'][number][] = [];
  const problems: string[] = [];
  let read = 0;
  for (const part of parts) {
    signal?.throwIfAborted();
    try {
      await checkPart(folder, part, verify ? 'hash' : 'size', makeAnew(preparedExport.words));
      const index = await readPartIndex(folder, part);
      for (const [row, id] of index.ids.entries()) {
        if (index.from[row] === null) continue;
        const label = classes[index.labels[row] ?? -1] ?? null;
        counts.set(label, (counts.get(label) ?? 0) + 1);
        const set = index.labelSets?.[row] ?? null;
        if (set !== null) several += 1;
        if (preview.length < rows) {
          const labels = set === null ? {} : { labels: set.map((one) => classes[one] ?? null) };
          const [bytes, sourceBytes] = [index.bytes[row]!, index.sourceBytes[row]!];
          preview.push({ id, label, ...labels, bytes, sourceBytes });
        }
      }
      if (verify) problems.push(...(await problemsOf(folder, part, classes)));
      read += part.rows;
      onRows?.(read, total);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      problems.push(messageOf(error));
    }
  }
  return {
    path: folder,
    kind: 'prepared',
    what: `Prepared images of ${manifest.producer}, ${done ? 'finished' : 'not finished: continue with `prepare` and `resume: true`'}`,
    facts: {
      finished: done,
      dataset: dataset.name,
      datasetHash: dataset.hash,
      positions: done ? positions : `${positions} of ${dataset.count}`,
      rows: total,
      badImages: bad.length,
      classes: classes.length,
      ...(several === 0 ? {} : { imagesOfSeveralClasses: several }),
      ...preparation,
      parts: parts.length,
      sourceBytes: sum(({ imageBytes }) => imageBytes ?? 0),
      bytes: sum(({ bytes, index }) => bytes + (index?.bytes ?? 0)),
      ...(verify && problems.length === 0
        ? { verified: `all ${read} images read, hashes equal` }
        : {}),
    },
    metadata: {},
    columns: columnsOf(preparedSchema(classColumns(classes).type)),
    tables: [
      {
        title: 'rows by label',
        records: [...counts].map(([label, number]) => ({ label, rows: number })),
      },
      ...badImagesTable(bad, rows),
    ],
    preview,
    problems,
  };
}

/** Fault in the rows of a part whose files are as the manifest says. */
async function problemsOf(
  folder: string,
  part: ExportPart,
  classes: readonly string[],
): Promise<string[]> {
  const file = path.join(folder, part.file);
  let rows = 0;
  for await (const batch of partBatches(file, preparedSchema(classColumns(classes).type))) {
    rows += batch.numRows;
  }
  if (rows !== part.rows)
    return [`\`${file}\`: the manifest says ${part.rows} rows, it has ${rows}`];
  const index = await readPartIndex(folder, part);
  const handle = await fs.open(file);
  try {
    for (const [row, id] of index.ids.entries()) {
      const [from, bytes] = [index.from[row], index.bytes[row]];
      if (typeof from !== 'number' || typeof bytes !== 'number') continue;
      if (from + bytes > part.bytes) return [`\`${file}\`: \`${id}\` lies outside`];
      const buffer = new Uint8Array(bytes);
      const { bytesRead } = await handle.read(buffer, 0, bytes, from);
      if (bytesRead !== bytes || crc32(buffer) !== index.crc32[row]) {
        return [`\`${file}\`: \`${id}\` has another CRC-32 than its index says`];
      }
    }
    return [];
  } finally {
    await handle.close();
  }
}
