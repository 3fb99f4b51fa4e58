import path from 'node:path';
import { DataType, type RecordBatch, type Vector } from 'apache-arrow';
import { z } from 'zod';
import { PipelineError } from '../../operators/errors.ts';
import type { ImageScores } from '../../operators/evaluation/scores/image-scores.ts';
import { summaryName } from './result-folder.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { openArrowReader } from '../arrow/read-arrow-file.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { wrongFolder } from '../files/wrong-folder.ts';
import { similarityOf } from './score-columns.ts';

/** The scores of one evaluation, as `writeEvaluation` wrote them. */
export interface ReadScores extends ImageScores {
  /** The folder. */
  readonly path: string;
  /** `[count]` id of each test image. */
  readonly ids: readonly string[];
  /** `[count]` SHA-256 in hex of the file of each; null when unknown. */
  readonly sha256: readonly (string | null)[];
  /** Hash of the dataset of the test images. */
  readonly testHash: string;
  /** Hash of the weights; null when unknown. */
  readonly modelHash: string | null;
  /** Layer that was compared. */
  readonly layer: string;
  /** Identity of the training images; null in evaluations of earlier versions. */
  readonly trainImages: string | null;
}

const summarySchema = z.looseObject({
  format: z.literal('sincere-evaluation'),
  version: z.literal(2),
  testHash: z.string(),
  modelHash: z.string().nullable(),
  layer: z.string(),
  trainImages: z.string().optional(),
});

/**
 * Reads `scores.arrow` of a complete evaluation into memory: some hundred bytes for each test image.
 *
 * @param folder What `evaluate` or `writeEvaluation` wrote.
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no complete evaluation, or a file that is damaged.
 * @example
 * ```ts
 * const { ids, count } = await readScores('runs/a/evaluation');
 * console.log(`${count} test images, the first is ${ids[0]}`);
 * ```
 */
export async function readScores(folder: string): Promise<ReadScores> {
  const summary = path.join(folder, summaryName);
  const found = (await isFolder(folder)) ? await readJsonObject(summary) : undefined;
  const parsed = summarySchema.safeParse(found);
  if (!parsed.success) {
    const lacks = `no complete evaluation: \`${summaryName}\` is missing or of another version`;
    throw await wrongFolder(folder, { format: 'sincere-evaluation', lacks });
  }
  const { testHash, modelHash, layer, trainImages = null } = parsed.data;
  const file = path.join(folder, 'scores.arrow');
  const reader = await openArrowReader(file);
  try {
    const batches: RecordBatch[] = [];
    for (let at = 0; at < reader.batches; at += 1) batches.push(await reader.batch(at));
    const count = batches.reduce((sum, { numRows }) => sum + numRows, 0);
    const ids = texts(file, batches, 'id').map((id) => id ?? '');
    const isIdentified = reader.schema.fields.some(({ name }) => name === 'sha256');
    const sha256 = isIdentified ? texts(file, batches, 'sha256') : ids.map(() => null);
    const named = texts(file, batches, 'class');
    const classes = [...new Set(named)].filter((name) => name !== null).sort();
    const places = new Map(classes.map((name, label) => [name, label]));
    const labels = Int32Array.from(named, (name) => (name === null ? -1 : places.get(name)!));
    const numbers = reader.schema.fields
      .filter(({ type }) => DataType.isFloat(type))
      .map(({ name }) => [name, float64s(batches, name, count)] as const);
    const similarities = (wanted: 'same' | 'other') =>
      new Map(
        numbers.flatMap(([name, column]) => {
          const similarity = similarityOf(name);
          return similarity?.which === wanted ? [[similarity.k, column] as const] : [];
        }),
      );
    return {
      path: folder,
      ids,
      sha256,
      testHash,
      modelHash,
      layer,
      trainImages,
      count,
      classes,
      labels,
      means: new Map(numbers.filter(([name]) => similarityOf(name) === undefined)),
      target: similarities('same'),
      noise: similarities('other'),
    };
  } finally {
    await reader.close();
  }
}

function texts(file: string, batches: readonly RecordBatch[], name: string): (string | null)[] {
  return batches.flatMap((batch) => {
    const column: Vector | null = batch.getChild(name);
    if (column === null || !DataType.isUtf8(column.type)) {
      throw new PipelineError('ERR_FORMAT', `\`${file}\` is damaged: it has no text \`${name}\``, {
        path: file,
      });
    }
    return Array.from(column as Iterable<string | null>);
  });
}

/** `[count]`, NaN where there is none. */
function float64s(batches: readonly RecordBatch[], name: string, count: number): Float64Array {
  const values = new Float64Array(count).fill(Number.NaN);
  let at = 0;
  for (const batch of batches) {
    const [data] = batch.getChild(name)?.data ?? [];
    for (let row = 0; row < batch.numRows; row += 1) {
      if (data?.getValid(row) === true) values[at + row] = (data.values as Float64Array)[row]!;
    }
    at += batch.numRows;
  }
  return values;
}
