import { imageContent } from '../../operators/image-content.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, Dataset, PlannedSample } from '../../operators/types.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import type { ExportShard } from '../../outputs/exports/export-shard.ts';
import { exportOptions, exportPlan, exportRow, exportSample } from './export-cases.ts';

/** Files of a dataset by position; null for one that cannot be read. */
export type Files = (position: number) => string | null;

/** A dataset of files in memory, with the ids of `exportSample`: whatever they hold, its hash is the same. */
export function readableDataset(name: string, count: number, files: Files): Dataset {
  const bytesOf = (position: number): Buffer => {
    const file = files(position);
    const { id } = exportSample(position);
    if (file !== null) return Buffer.from(file);
    throw new PipelineError('ERR_READ', `Could not read \`${id}\``, { sample: id });
  };
  return {
    ...exportOptions(count).dataset,
    name,
    sample: exportSample,
    read: async (position) => bytesOf(position),
    size: async (position) => bytesOf(position).byteLength,
  };
}

/** What to export of a dataset, and how far. */
export interface ReadableExport {
  readonly resume?: boolean | undefined;
  readonly shard?: ExportShard | undefined;
  readonly verify?: 'size' | 'hash' | undefined;
  /** Stop before this position, as a kill does. @default the end */
  readonly until?: number | undefined;
}

/** Exports as `embed` does: images that cannot be read are bad. @returns Notes of the opening. */
export async function exportReadable(
  out: string,
  dataset: Dataset,
  { until, ...options }: ReadableExport = {},
): Promise<readonly string[]> {
  const folder = await openEmbeddingsFolder(out, {
    ...exportOptions(dataset.count),
    dataset,
    ...options,
  });
  const end = Math.min(until ?? folder.endPosition, folder.endPosition);
  const bad: PlannedSample[] = [];
  for (let from = folder.nextPosition; from < end; from += 500) {
    const length = Math.min(500, end - from);
    const planned = Array.from({ length }, (_, at) => exportSample(from + at));
    const read = await Promise.all(
      planned.map(async (sample) => await identified(dataset, sample)),
    );
    const samples = read.flatMap((sample) => (sample === null ? [] : [sample]));
    bad.push(...planned.filter((_, at) => read[at] === null));
    const rows = samples.map(({ position }) => exportRow(position));
    await folder.write(
      {
        plan: exportPlan(0, planned),
        samples,
        embedding: Float32Array.from(rows.flatMap(({ embedding }) => embedding)),
        projection: Float32Array.from(rows.flatMap(({ projection }) => projection)),
      },
      { list: () => bad.map(badSample), listRepaired: () => [] },
    );
  }
  if (end === folder.endPosition) await folder.finish();
  await folder.close();
  return folder.notes;
}

function badSample({ id }: PlannedSample): BadSample {
  return { id, stage: 'read', code: 'ERR_READ', message: 'bad' };
}

async function identified(dataset: Dataset, sample: PlannedSample): Promise<PlannedSample | null> {
  try {
    return { ...sample, content: imageContent(await dataset.read(sample.position)) };
  } catch {
    return null;
  }
}
