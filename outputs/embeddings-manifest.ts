import { z } from 'zod';
import { PipelineError } from '../operators/errors.ts';
import type { BadSample } from '../operators/types.ts';
import type { LayerSizes } from './embeddings-schema.ts';
import { type JsonObject, readJsonObject } from './json.ts';

/** The name of the manifest in an embeddings folder. */
export const MANIFEST_NAME = 'manifest.json';

/** Positions of the dataset that one part covers, whatever was bad in it. */
export const PART_POSITIONS = 4096;

/** What `manifest.json` says about an embeddings folder. */
export interface EmbeddingsManifest {
  readonly format: 'sincere-embeddings';
  readonly version: 1;
  /** What wrote it. */
  readonly producer: string;
  readonly dataset: {
    readonly name: string;
    /** `Dataset.hash`. */
    readonly hash: string;
    /** Positions of the dataset. */
    readonly count: number;
  };
  /** Class names; the dictionary of the `label` column. */
  readonly classes: readonly string[];
  /** Which network; `hash` identifies its weights. */
  readonly model: JsonObject & { readonly hash: string };
  /** How pixels became input. */
  readonly preprocessing: JsonObject;
  /** Column name → length of its vectors; layers that are not exported are absent. */
  readonly layers: LayerSizes;
  /** What the `split` column says; null when there is none. */
  readonly split: string | null;
  /** Finished parts, in order, without gaps. */
  readonly parts: readonly EmbeddingsPart[];
  /** Whether all positions are covered and `quarantine.arrow` is complete. */
  readonly done: boolean;
}

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
  /** The others among them, in dataset order. */
  readonly bad: readonly BadSample[];
}

/**
 * Reads and checks a manifest; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the field that is not as expected.
 */
export async function readManifest(path: string): Promise<EmbeddingsManifest | undefined> {
  const value = await readJsonObject(path);
  if (value === undefined) return undefined;
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw notAManifest(path, z.prettifyError(parsed.error));
  const manifest = parsed.data;
  let next = 0;
  for (const part of manifest.parts) {
    const positions = Math.min(PART_POSITIONS, manifest.dataset.count - next);
    if (part.first !== next || part.positions !== positions) {
      throw notAManifest(path, `\`${part.file}\` does not cover the positions from ${next}`);
    }
    if (part.rows + part.bad.length !== part.positions) {
      throw notAManifest(path, `the rows of \`${part.file}\` do not add up to its positions`);
    }
    next += part.positions;
  }
  if (manifest.done && next !== manifest.dataset.count) {
    throw notAManifest(path, `it says done, but the parts end at position ${next}`);
  }
  return manifest;
}

const count = z.int().nonnegative();
const size = z.int().positive();
const json = z.record(z.string(), z.json());

const manifestSchema: z.ZodType<EmbeddingsManifest> = z.strictObject({
  format: z.literal('sincere-embeddings'),
  version: z.literal(1),
  producer: z.string(),
  dataset: z.strictObject({ name: z.string(), hash: z.string(), count }),
  classes: z.array(z.string()),
  model: z.intersection(json, z.looseObject({ hash: z.string() })),
  preprocessing: json,
  layers: z.strictObject({ embedding: size.optional(), projection: size.optional() }),
  split: z.string().nullable(),
  parts: z.array(
    z.strictObject({
      // A plain name: a manifest must not reach outside its folder.
      file: z.string().regex(/^part-\d+\.arrow$/),
      first: count,
      positions: count,
      rows: count,
      bytes: count,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bad: z.array(
        z.strictObject({
          id: z.string(),
          stage: z.enum(['read', 'decode']),
          code: z.string(),
          message: z.string(),
        }),
      ),
    }),
  ),
  done: z.boolean(),
});

function notAManifest(path: string, why: string): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is not a manifest of embeddings: ${why}`, {
    path,
  });
}
