import { from, lastValueFrom, type Observable, take } from 'rxjs';
import {
  type EmbeddingsFolderOptions,
  openEmbeddingsFolder,
} from '../../outputs/embeddings/embeddings-folder.ts';
import type { EmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import {
  type EmbeddingsWritten,
  writeEmbeddings,
} from '../../outputs/embeddings/write-embeddings.ts';
import type { SampleReasons } from '../../outputs/exports/open-part.ts';
import type { ExportShard } from '../../outputs/exports/export-shard.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { mapInOrder } from '../../operators/flow/map-in-order.ts';
import type {
  BadSample,
  BatchPlan,
  EmbeddingBatch,
  ImageContent,
  PlannedSample,
} from '../../operators/types.ts';

/** An export whose vectors are a function of the position, as those of a real encoder are. */
export interface ExportCase {
  readonly count: number;
  readonly batchSize: number;
  readonly isBad: (position: number) => boolean;
}

/** The content of the image at a position, as reading would identify it. */
export function exportContent(position: number): ImageContent {
  return { sha256: position.toString(16).padStart(64, '0'), bytes: 1000 + position };
}

/** What a process exports until it is killed: three parts in 130 batches. */
export const killedExport: ExportCase = {
  count: 8300,
  batchSize: 64,
  isBad: (position) => position % 89 === 5,
};

export const exportClasses: readonly string[] = ['ant', 'bee', 'çat'];

export const exportOptions = (count: number): EmbeddingsFolderOptions => ({
  dataset: { name: 'made up', hash: 'd'.repeat(64), count, classes: exportClasses },
  model: { hash: 'e'.repeat(64), architecture: 'resnet8' },
  preprocessing: { imageSize: 32, mean: [0.5, 0.5, 0.5] },
  layers: 'both',
  sizes: { embedding: 4, projection: 2 },
});

export function exportSample(position: number): PlannedSample {
  const label = position % 5 === 4 ? null : position % 3;
  const content = exportContent(position + 1);
  return { id: `train/ä/${position}.jpg`, label, position, draw: 0, content };
}

export function exportRow(position: number): { embedding: number[]; projection: number[] } {
  const angle = Math.fround(position / 1000);
  return {
    embedding: [position, position / 3, -position, 1e-20 * position].map(Math.fround),
    projection: [Math.cos(angle), Math.sin(angle)].map(Math.fround),
  };
}

export function exportPlan(seq: number, samples: readonly PlannedSample[]): BatchPlan {
  return { seq, epoch: 0, samples };
}

export function exportPlans(
  { count, batchSize }: ExportCase,
  startAt: number,
  endAt: number = count,
): AsyncIterable<BatchPlan> {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<BatchPlan> {
      for (let first = startAt; first < endAt; first += batchSize) {
        const length = Math.min(batchSize, endAt - first);
        const samples = Array.from({ length }, (_, at) => exportSample(first + at));
        yield exportPlan(Math.floor(first / batchSize), samples);
      }
    },
  };
}

export function exportBatch(plan: BatchPlan, isBad: ExportCase['isBad']): EmbeddingBatch {
  const samples = plan.samples.filter(({ position }) => !isBad(position));
  const rows = samples.map(({ position }) => exportRow(position));
  return {
    plan,
    samples,
    embedding: Float32Array.from(rows.flatMap(({ embedding }) => embedding)),
    projection: Float32Array.from(rows.flatMap(({ projection }) => projection)),
  };
}

export function exportBad({ count, isBad }: ExportCase): BadSample[] {
  return Array.from({ length: count }, (_, position) => position)
    .filter(isBad)
    .map((position) => ({
      id: exportSample(position).id,
      stage: position % 2 === 0 ? 'read' : 'decode',
      code: position % 2 === 0 ? 'ERR_READ' : 'ERR_DECODE',
      message: `bad ${position}`,
    }));
}

/** A quarantine that says this of samples without a row. */
export function reasonsOf(bad: readonly BadSample[]): SampleReasons {
  return { list: () => bad, listRepaired: () => [] };
}

/** The stream of an export, as the pipeline composes it. */
export function exportStream(
  folder: EmbeddingsFolder,
  exported: ExportCase,
): Observable<EmbeddingsWritten> {
  const bad = exportBad(exported);
  const plans = exportPlans(exported, folder.nextPosition, folder.endPosition);
  return withDemand(plans, { window: 3 }, (plan$) =>
    plan$.pipe(
      mapInOrder(async (plan) => exportBatch(plan, exported.isBad)),
      writeEmbeddings(folder, reasonsOf(bad)),
    ),
  );
}

/** Exports into `path`; stops without a word after `batches`, as a kill does, if there are more. */
export async function exportUntil(
  path: string,
  exported: ExportCase,
  batches: number = Infinity,
  shard?: ExportShard,
): Promise<EmbeddingsFolder> {
  const folder = await openEmbeddingsFolder(path, {
    ...exportOptions(exported.count),
    resume: true,
    shard,
  });
  const written$ = batches === 0 ? from([]) : exportStream(folder, exported);
  await lastValueFrom(batches === Infinity ? written$ : written$.pipe(take(batches)), {
    defaultValue: undefined,
  });
  return folder;
}
