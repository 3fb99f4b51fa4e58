import path from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../../../operators/errors.ts';
import { counted } from '../../../operators/message-words.ts';
import { schemaProblems } from '../../../operators/files/schema-problems.ts';
import { readManifest } from '../../embeddings/embeddings-manifest.ts';
import { manifestName } from '../../exports/export-manifest.ts';
import type { FolderFormat } from '../../files/wrong-folder.ts';
import { configName, savedConfigIn } from '../../run/saved-config.ts';
import { summaryName } from '../../tables/result-folder.ts';
import type {
  EvaluationSummary,
  FoundFolder,
  ReportComparison,
  ReportExport,
  ReportMetric,
  ReportResult,
  ReportRun,
} from './material.ts';

/** A run before it is told from others. */
export type ReadRun = Omit<ReportRun, 'encoder' | 'label'>;

/** An evaluation before what belongs to it is known. */
export interface ReadEvaluation extends FoundFolder {
  readonly summary: EvaluationSummary;
  readonly metrics: ReadonlyMap<string, ReportMetric>;
}

/** Results as their own files say them, before they are joined. */
export interface ReadResults {
  readonly runs: ReadRun[];
  readonly exports: Omit<ReportExport, 'run'>[];
  readonly evaluations: ReadEvaluation[];
  readonly comparisons: ReportComparison[];
  readonly suspects: ReportResult[];
  readonly duplicates: ReportResult[];
  readonly neighbours: ReportResult[];
  readonly selections: ReportResult[];
  readonly drifts: ReportResult[];
  readonly transfers: ReportResult[];
}

type Json = Readonly<Record<string, unknown>>;

/** Adds a folder of a kind to the results. @throws {PipelineError} `ERR_FORMAT` when it is damaged. */
type AddResult = (into: ReadResults, folder: FoundFolder, json: Json) => Promise<void> | void;

/** Reader of every kind of folder that a verb writes. */
export const resultReaders: Readonly<Record<FolderFormat, AddResult>> = {
  'sincere-run': ({ runs }, folder, json) => {
    const saved = savedConfigIn(json, path.join(folder.path, configName));
    runs.push({ ...folder, saved });
  },
  'sincere-embeddings': async ({ exports }, folder) => {
    const manifest = await readManifest(path.join(folder.path, manifestName));
    if (manifest !== undefined) exports.push({ ...folder, manifest });
  },
  // Images: they are what results are made of.
  'sincere-prepared': () => undefined,
  'sincere-evaluation': ({ evaluations }, folder, json) => {
    evaluations.push({ ...folder, ...evaluationOf(folder, json) });
  },
  'sincere-transfer': ({ transfers }, folder, summary) => {
    transfers.push({ ...folder, summary });
  },
  'sincere-duplicates': ({ duplicates }, folder, summary) => {
    duplicates.push({ ...folder, summary });
  },
  'sincere-suspects': ({ suspects }, folder, summary) => {
    suspects.push({ ...folder, summary });
  },
  'sincere-neighbours': ({ neighbours }, folder, summary) => {
    neighbours.push({ ...folder, summary });
  },
  'sincere-selection': ({ selections }, folder, summary) => {
    selections.push({ ...folder, summary });
  },
  'sincere-drift': ({ drifts }, folder, summary) => {
    drifts.push({ ...folder, summary });
  },
};

/** Most metrics of an evaluation; there are some fifty. */
const mostMetrics = 2000;

const number = z.number().nullable();

const evaluationSchema = z.looseObject({
  version: z.literal(2),
  layer: z.string(),
  scored: z.int().nonnegative(),
  temperature: z.number(),
  modelHash: z.string().nullable(),
  trainHash: z.string(),
  testHash: z.string(),
  trainImages: z.string().optional(),
  testImages: z.string().optional(),
  metrics: z.record(
    z.string(),
    z.object({ value: number, ciLow: number, ciHigh: number, n: z.int().nonnegative() }),
  ),
});

function evaluationOf(
  folder: FoundFolder,
  json: Json,
): Pick<ReadEvaluation, 'summary' | 'metrics'> {
  const file = path.join(folder.path, summaryName);
  const parsed = evaluationSchema.safeParse(json);
  if (!parsed.success) {
    const why = schemaProblems(parsed.error, json);
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${file}\` is not the summary of an evaluation of this version: ${why}`,
      { path: file },
    );
  }
  const { metrics, ...summary } = parsed.data;
  const count = Object.keys(metrics).length;
  if (count > mostMetrics) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${file}\` has ${counted(count, 'metric')}, expected ${counted(mostMetrics)} at most`,
      { path: file },
    );
  }
  return { summary: { ...summary, all: json }, metrics: new Map(Object.entries(metrics)) };
}
