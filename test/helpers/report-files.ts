import fs from 'node:fs/promises';
import path from 'node:path';
import type { ImageScores } from '../../operators/evaluation/scores/image-scores.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { jsonHash, type JsonObject, readJsonObject } from '../../operators/files/json.ts';
import { seededRandom } from '../../operators/random.ts';
import { hashTensors, writeCheckpoint } from '../../outputs/run/checkpoints.ts';
import { writeSavedConfig } from '../../outputs/run/saved-config.ts';
import { writeTable } from '../../outputs/arrow/table-file.ts';
import { scoreColumns } from '../../outputs/tables/score-columns.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import { exportOptions } from './export-cases.ts';
import { madeUpState } from './training-cases.ts';

/** What tells a run that nobody trained from others. */
export interface MadeRun {
  readonly loss: string;
  /** @default 0 */
  readonly seed?: number | undefined;
  /** @default 4 */
  readonly steps?: number | undefined;
  readonly temperature?: number | undefined;
  /** Further fields of its configuration. */
  readonly more?: JsonObject | undefined;
}

/** Writes a run with its configuration and its last checkpoint. @returns Hash of its weights. */
export async function writeMadeRun(
  folder: string,
  { loss, seed = 0, steps = 4, temperature = 0.1, more = {} }: MadeRun,
): Promise<string> {
  await fs.mkdir(folder, { recursive: true });
  const config = { loss: { name: loss, temperature }, seed, steps, batchSize: 64, ...more };
  const hash = jsonHash(config);
  await writeSavedConfig(folder, { hash, versions: { sincere: 'sincere 0.1.0' }, config });
  const state = madeUpState(steps);
  // Weights of its own.
  const [name, tensor] = [...state.weights][0]!;
  const data = Float32Array.from(tensor.data, (_, at) =>
    Number.parseInt(hash.slice(at % 8, 8), 16),
  );
  const weights = new Map([...state.weights, [name, { ...tensor, data }]]);
  await writeCheckpoint(path.join(folder, 'checkpoints'), { ...state, weights }, hash);
  return hashTensors(weights);
}

/** Writes an export without rows of a model. */
export async function writeMadeExport(
  folder: string,
  {
    modelHash,
    step = 4,
    datasetHash,
  }: Readonly<{ modelHash: string; step?: number; datasetHash: string }>,
): Promise<void> {
  const options = exportOptions(0);
  const opened = await openEmbeddingsFolder(folder, {
    ...options,
    dataset: { ...options.dataset, hash: datasetHash },
    model: { ...options.model, hash: modelHash, step },
  });
  await opened.finish();
  await opened.close();
}

/** An evaluation that nobody measured. */
export interface MadeEvaluation {
  /** How much nearer the own class is. */
  readonly lean: number;
  /** @default 200 */
  readonly images?: number | undefined;
  /** @default two */
  readonly classes?: readonly string[] | undefined;
  readonly idOf?: ((image: number) => string) | undefined;
  readonly modelHash?: string | null | undefined;
  readonly trainHash?: string | undefined;
  readonly testHash?: string | undefined;
  /** @default as `lean` says */
  readonly key?: string | undefined;
}

/** Hashes of the made sets. */
export const madeHashes: Readonly<Record<'train' | 'test', string>> = {
  train: 'a'.repeat(64),
  test: 'b'.repeat(64),
};

/** Writes `summary.json` and `scores.arrow` of an evaluation. */
export async function writeMadeEvaluation(folder: string, made: MadeEvaluation): Promise<void> {
  const { modelHash = null, trainHash = madeHashes.train, testHash = madeHashes.test } = made;
  const scores = madeScores(made);
  const idOf = made.idOf ?? ((image: number) => `test/${image}.png`);
  await fs.mkdir(folder, { recursive: true });
  const columns = scoreColumns(scores, idOf);
  await writeTable(path.join(folder, 'scores.arrow'), columns, scores.count);
  const [target, noise] = [scores.target.get(1)!, scores.noise.get(1)!];
  await writeAtomicJson(path.join(folder, 'summary.json'), {
    format: 'sincere-evaluation',
    version: 2,
    layer: 'projection',
    scored: scores.count,
    temperature: 0.1,
    modelHash,
    trainHash,
    testHash,
    metrics: {
      knn1_accuracy: ranged(mean(scores.means.get('knn1_accuracy')!), scores.count),
      margin: ranged(median(target) - median(noise), scores.count),
      nc1_variability: { value: 0.25, ciLow: null, ciHigh: null, n: 90 },
    },
  });
}

function madeScores({
  lean,
  images = 200,
  classes = ['a', 'b'],
  key = String(lean),
}: MadeEvaluation): ImageScores {
  const random = seededRandom('made evaluation', key);
  const near = (centre: number): Float64Array =>
    Float64Array.from({ length: images }, () => centre + 0.05 * random.normal());
  const [target, noise] = [near(0.5 + lean), near(0.5)];
  const right = target.map((value, image) => Number(value > noise[image]!));
  return {
    count: images,
    classes,
    labels: Int32Array.from({ length: images }, (_, image) => image % classes.length),
    means: new Map([['knn1_accuracy', right]]),
    target: new Map([[1, target]]),
    noise: new Map([[1, noise]]),
  };
}

function ranged(value: number, n: number) {
  return { value, ciLow: value - 0.01, ciHigh: value + 0.01, n };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: Float64Array): number {
  return values.toSorted()[Math.floor(values.length / 2)]!;
}

/** Writes `summary.json` of a transfer by both methods that nobody made. */
export async function writeMadeTransfer(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const method = { classes: 20, top1: ranged(0.5, 1200), top5: ranged(0.75, 1200), notScored: 3 };
  await writeAtomicJson(path.join(folder, 'summary.json'), {
    format: 'sincere-transfer',
    version: 1,
    disjoint: true,
    methods: [
      { method: 'frozen', ...method },
      { method: 'fine_tuned', ...method },
    ],
    difference: ranged(0, 1200),
    neighbours: [{ layer: 'embedding', metric: 'knn5_accuracy', value: 0.25, n: 1200 }],
    overlap: { content: { images: 2, of: 9 }, vector: { images: 1, of: 9 } },
  });
}

/** Changes fields of a JSON file. */
export async function changeJson(
  file: string,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  await writeAtomicJson(file, change((await readJsonObject(file))!));
}

/** A folder as `demo` leaves it, small: runs of two losses, their exports and evaluations. */
export async function writeMadeDemo(root: string): Promise<void> {
  for (const [loss, lean] of [
    ['sincere', 0.3],
    ['supcon', 0.1],
  ] as const) {
    const at = (name: string): string => path.join(root, loss, name);
    const modelHash = await writeMadeRun(at('run'), { loss });
    for (const split of ['train', 'test'] as const) {
      await writeMadeExport(at(split), { modelHash, datasetHash: madeHashes[split] });
    }
    await writeMadeEvaluation(at('evaluation'), { lean, modelHash });
  }
}
