import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { imageContent } from '../../operators/image-content.ts';
import type { PlannedSample } from '../../operators/types.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import { exportOptions, exportPlan, reasonsOf } from './export-cases.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Vectors to be exported, and their classes. */
export interface VectorExport {
  /** `[rows, size]` float32. */
  readonly projection: Float32Array;
  readonly size: number;
  /** -1 for an unknown class. */
  readonly labels: readonly number[];
  readonly classes: readonly string[];
  /** `[rows, size]` float32. @default three times `projection` */
  readonly embedding?: Float32Array | undefined;
  /** Whether the export is left without its end. @default false */
  readonly unfinished?: boolean | undefined;
  /** @default that of all others */
  readonly datasetHash?: string | undefined;
  /** What the file of each row holds; null for one that nobody identified. @default nobody identified any */
  readonly files?: readonly (string | Uint8Array | null)[] | undefined;
  /** Where the images are. @default nowhere */
  readonly name?: string | undefined;
  /** @default those of `vectorId` */
  readonly ids?: readonly string[] | undefined;
}

/** The id of a row. */
export const vectorId = (position: number): string => `train/ä/${position}.jpg`;

function contentOf(file: string | Uint8Array | null | undefined): Pick<PlannedSample, 'content'> {
  if (file === null || file === undefined) return {};
  return { content: imageContent(typeof file === 'string' ? Buffer.from(file) : file) };
}

/** Writes an export of given vectors, as `embed` does, into a new folder. */
export async function writeVectorExport(
  t: ExecutionContext,
  { projection, size, labels, classes, embedding, ...rest }: VectorExport,
): Promise<string> {
  const { unfinished = false, datasetHash = 'd'.repeat(64) } = rest;
  const out = path.join(await temporaryFolder(t), 'export');
  const count = labels.length;
  const folder = await openEmbeddingsFolder(out, {
    ...exportOptions(count),
    dataset: { name: rest.name ?? 'given', hash: datasetHash, count, classes },
    sizes: { embedding: size, projection: size },
  });
  const samples = labels.map((label, position) => ({
    id: rest.ids?.[position] ?? vectorId(position),
    label: label < 0 ? null : label,
    position,
    draw: 0,
    ...contentOf(rest.files?.[position]),
  }));
  const longer = embedding ?? projection.map((value) => 3 * value);
  const plan = exportPlan(0, samples);
  await folder.write({ plan, samples, projection, embedding: longer }, reasonsOf([]));
  if (!unfinished) await folder.finish();
  await folder.close();
  return out;
}
