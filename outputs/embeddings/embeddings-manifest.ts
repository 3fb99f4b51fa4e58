import { z } from 'zod';
import type { PipelineError } from '../../operators/errors.ts';
import type { ExportKind } from '../exports/export-kind.ts';
import {
  contentFields,
  datasetFields,
  fingerprintFields,
  partFields,
  redoneFields,
  shardFields,
  type ShardManifest,
  toldFields,
  type WholeManifest,
} from '../exports/export-manifest.ts';
import { readWholeManifest } from '../exports/read-manifest.ts';
import { refused } from '../exports/export-refusals.ts';
import { type EmbeddingsIdentity, identityDifferences } from './embeddings-identity.ts';

/** Manifest of an embeddings folder, `manifest.json`. */
export type EmbeddingsManifest = WholeManifest<EmbeddingsIdentity>;

/**
 * Reads and checks a manifest; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the field that is not as expected.
 */
export async function readManifest(path: string): Promise<EmbeddingsManifest | undefined> {
  return await readWholeManifest(embeddingsExport, path);
}

const size = z.int().positive();
const json = z.record(z.string(), z.json());

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
  dataset: z.strictObject(datasetFields),
  ...beforeParts,
  parts: z.array(z.strictObject({ ...partFields, ...toldFields })),
  done: z.boolean(),
};

const { classes, ...afterClasses } = beforeParts;

const version2 = {
  version: z.literal(2),
  producer: z.string(),
  dataset: z.strictObject({ ...datasetFields, ...fingerprintFields }),
  classes,
  severalClasses: z.literal(true).optional(),
  ...afterClasses,
  parts: z.array(
    z.strictObject({ ...partFields, ...contentFields, ...toldFields, ...redoneFields }),
  ),
  done: z.boolean(),
};

const format = 'sincere-embeddings';
const whole = { format: z.literal(format) };
const ofShard = { format: z.literal(`${format}-shard`), ...shardFields };

const manifest: z.ZodType<EmbeddingsManifest> = z.discriminatedUnion('version', [
  z.strictObject({ ...whole, ...version1 }),
  z.strictObject({ ...whole, ...version2 }),
]);

const shardManifest: z.ZodType<ShardManifest<EmbeddingsIdentity>> = z.discriminatedUnion(
  'version',
  [z.strictObject({ ...ofShard, ...version1 }), z.strictObject({ ...ofShard, ...version2 })],
);

/** Exports of vectors. */
export const embeddingsExport: ExportKind<EmbeddingsIdentity> = {
  format,
  words: { one: 'export', a: 'an export', of: 'embeddings', make: 'export', verb: 'embed' },
  manifest,
  shardManifest,
  differences: identityDifferences,
  refusal: (folder, { version }) => (version === 1 ? saysNoImages(folder) : undefined),
};

/** Refusal to continue an export of version 1. */
function saysNoImages(folder: string): PipelineError {
  return refused(
    folder,
    'holds an export of format version 1, which does not say what its images were: whether these are the same ' +
      'cannot be told. Export into another folder. What is finished can still be read.',
  );
}
