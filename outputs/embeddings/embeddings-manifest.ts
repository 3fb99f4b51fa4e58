import { z } from 'zod';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, RepairedSample } from '../../operators/types.ts';
import type { ExportIdentity } from './export-identity.ts';
import { partPositions, partName } from './export-parts.ts';
import { type ExportShard, shardPositions, shardText } from './export-shard.ts';
import { readJsonObject } from '../files/json.ts';
import { schemaProblems } from '../files/schema-problems.ts';
import { type QuarantineRow, quarantineStages } from '../tables/write-quarantine.ts';

/** The name of the manifest in an embeddings folder. */
export const manifestName = 'manifest.json';

/** Progress of an export: the parts that are there. */
interface ExportProgress {
  /** Finished parts, in order, without gaps. */
  readonly parts: readonly EmbeddingsPart[];
  /** True when all positions are covered, and in a whole export `quarantine.arrow` is complete. */
  readonly done: boolean;
}

/** Manifest of an embeddings folder, `manifest.json`. */
export interface EmbeddingsManifest extends ExportIdentity, ExportProgress {
  readonly format: 'sincere-embeddings';
}

/** Manifest of a shard. `finalizeEmbeddings` makes one `manifest.json` of all. */
export interface ShardManifest extends ExportIdentity, ExportProgress {
  readonly format: 'sincere-embeddings-shard';
  readonly shard: ExportShard;
}

/** Manifest of either. */
export type ExportManifest = EmbeddingsManifest | ShardManifest;

/** One finished part. */
export interface EmbeddingsPart {
  /** File name in the folder. */
  readonly file: string;
  /** First dataset position of the part. */
  readonly first: number;
  /** Dataset positions it covers. */
  readonly positions: number;
  /** Rows in the file: the readable ones among them. */
  readonly rows: number;
  /** Size of the file. */
  readonly bytes: number;
  readonly sha256: string;
  /**
   * SHA-256 (hex) of the lines that `sha256sum` prints for the images of its rows, ids for names. Null when one was not
   * identified; absent in version 1.
   */
  readonly content?: string | null | undefined;
  /** Bytes of the files of those images; null and absent likewise. */
  readonly imageBytes?: number | null | undefined;
  /** The others among them, in dataset order. */
  readonly bad: readonly BadSample[];
  /** Rows whose image was repaired in memory, in dataset order; absent when there are none. */
  readonly repaired?: readonly RepairedSample[] | undefined;
  /**
   * To be made again, because images that had no row can be used now. What the file holds then, the part as it was or
   * as it is to be, is not known before it is made; absent otherwise.
   */
  readonly again?: true | undefined;
}

/** Parts that are as the manifest says: those that are to be made again are not. */
export function finishedParts({ parts }: Pick<ExportProgress, 'parts'>): EmbeddingsPart[] {
  return parts.filter(({ again }) => again !== true);
}

/** Rows of `quarantine.arrow`, as the finished parts tell them. */
export function quarantineRows({ parts }: Pick<ExportProgress, 'parts'>): QuarantineRow[] {
  return parts.flatMap(({ bad, repaired = [] }) => [...bad, ...repaired]);
}

/**
 * Reads and checks a manifest; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the field that is not as expected.
 */
export async function readManifest(path: string): Promise<EmbeddingsManifest | undefined> {
  const manifest = await read(path, manifestSchema);
  if (manifest !== undefined) checkParts(path, manifest, { from: 0, end: manifest.dataset.count });
  return manifest;
}

/**
 * Reads and checks the manifest of a shard; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, also when it is the manifest of another shard.
 */
export async function readShardManifest(
  path: string,
  shard: ExportShard,
): Promise<ShardManifest | undefined> {
  const manifest = await read(path, shardManifestSchema);
  if (manifest === undefined) return undefined;
  if (shardText(manifest.shard) !== shardText(shard)) {
    throw notAManifest(path, `it is of shard ${shardText(manifest.shard)}`);
  }
  checkParts(path, manifest, shardPositions(shard, manifest.dataset.count));
  return manifest;
}

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const value = await readJsonObject(path);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw notAManifest(path, schemaProblems(parsed.error, value));
  return parsed.data;
}

/** Checks that the parts cover the positions from `from` on without gaps, to `end` when it says done. */
function checkParts(
  path: string,
  { parts, dataset, done }: ExportIdentity & ExportProgress,
  { from, end }: { readonly from: number; readonly end: number },
): void {
  let next = from;
  for (const part of parts) {
    const positions = Math.min(partPositions, dataset.count - next);
    if (part.first !== next || part.positions !== positions || next >= end) {
      throw notAManifest(path, `\`${part.file}\` does not cover the positions from ${next}`);
    }
    if (part.file !== partName(next / partPositions)) {
      throw notAManifest(path, `\`${part.file}\` is not the name of the part at ${next}`);
    }
    if (part.rows + part.bad.length !== part.positions) {
      throw notAManifest(path, `the rows of \`${part.file}\` do not add up to its positions`);
    }
    next += part.positions;
  }
  if (done && parts.some(({ again }) => again === true)) {
    throw notAManifest(path, 'it says done, and that parts are to be made again');
  }
  if (done && next !== end) {
    throw notAManifest(path, `it says done, but the parts end at position ${next}`);
  }
}

const count = z.int().nonnegative();
const size = z.int().positive();
const json = z.record(z.string(), z.json());

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const partFields = {
  // A plain name: a manifest must not reach outside its folder.
  file: z.string().regex(/^part-\d+\.arrow$/),
  first: count,
  positions: count,
  rows: count,
  bytes: count,
  sha256,
};

const bad = z.array(
  z.strictObject({
    id: z.string(),
    stage: z.enum(quarantineStages),
    code: z.string(),
    message: z.string(),
  }),
);

const repaired = z.array(
  z.strictObject({
    id: z.string(),
    stage: z.literal('decode'),
    code: z.literal('REPAIRED'),
    message: z.string(),
  }),
);

const told = { bad, repaired: repaired.optional() };

const dataset = { name: z.string(), hash: z.string(), count };

const beforeParts = {
  classes: z.array(z.string()),
  model: z.intersection(json, z.looseObject({ hash: z.string() })),
  preprocessing: json,
  layers: z.strictObject({ embedding: size.optional(), projection: size.optional() }),
  split: z.string().nullable(),
};

// Fields stand in the order in which they are written: what is read and written again keeps its bytes.
const version1 = {
  version: z.literal(1),
  producer: z.string(),
  dataset: z.strictObject(dataset),
  ...beforeParts,
  parts: z.array(z.strictObject({ ...partFields, ...told })),
  done: z.boolean(),
};

const redone = { again: z.literal(true).optional() };

const content = { content: sha256.nullable(), imageBytes: count.nullable() };

const fingerprint = z.array(z.string().regex(/^(?:[0-9a-f]{64}|unreadable) {2}/));

const version2 = {
  version: z.literal(2),
  producer: z.string(),
  dataset: z.strictObject({ ...dataset, fingerprint: fingerprint.optional() }),
  ...beforeParts,
  parts: z.array(z.strictObject({ ...partFields, ...content, ...told, ...redone })),
  done: z.boolean(),
};

const whole = { format: z.literal('sincere-embeddings') };

const manifestSchema: z.ZodType<EmbeddingsManifest> = z.discriminatedUnion('version', [
  z.strictObject({ ...whole, ...version1 }),
  z.strictObject({ ...whole, ...version2 }),
]);

const ofShard = {
  format: z.literal('sincere-embeddings-shard'),
  shard: z.strictObject({ index: count, of: size }),
};

const shardManifestSchema: z.ZodType<ShardManifest> = z.discriminatedUnion('version', [
  z.strictObject({ ...ofShard, ...version1 }),
  z.strictObject({ ...ofShard, ...version2 }),
]);

function notAManifest(path: string, why: string): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is not a manifest of embeddings: ${why}`, {
    path,
  });
}
