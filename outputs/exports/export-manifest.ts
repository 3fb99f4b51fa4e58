import { z } from 'zod';
import type { Fingerprint } from '../../operators/fingerprint.ts';
import type { BadSample, RepairedSample } from '../../operators/types.ts';
import { type QuarantineRow, quarantineStages } from '../tables/write-quarantine.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportShard } from './export-shard.ts';

/** The name of the manifest in the folder of an export. */
export const manifestName = 'manifest.json';

/** Progress of an export: the parts that are there. */
export interface ExportProgress {
  /** Finished parts, in order, without gaps. */
  readonly parts: readonly ExportPart[];
  /** True when all positions are covered, and in a whole export `quarantine.arrow` is complete. */
  readonly done: boolean;
}

/** Manifest of a whole export, `manifest.json`. */
export type WholeManifest<I extends ExportIdentity> = I &
  ExportProgress & { readonly format: string };

/** Manifest of a shard. `finalizeExport` makes one `manifest.json` of all. */
export type ShardManifest<I extends ExportIdentity> = WholeManifest<I> & {
  readonly shard: ExportShard;
};

/** Manifest of either. */
export type ExportManifest<I extends ExportIdentity = ExportIdentity> =
  WholeManifest<I> | ShardManifest<I>;

/** One finished part. */
export interface ExportPart {
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
  /** The file beside it that says where its images lie; absent in kinds that have none. */
  readonly index?: { readonly bytes: number; readonly sha256: string } | undefined;
  /**
   * SHA-256 (hex) of the lines that `sha256sum` prints for the images of its rows, ids for names. Null when one was not
   * identified; absent in version 1 of exports of vectors.
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
export function finishedParts({ parts }: Pick<ExportProgress, 'parts'>): ExportPart[] {
  return parts.filter(({ again }) => again !== true);
}

/** Rows of `quarantine.arrow`, as the finished parts tell them. */
export function quarantineRows({ parts }: Pick<ExportProgress, 'parts'>): QuarantineRow[] {
  return parts.flatMap(({ bad, repaired = [] }) => [...bad, ...repaired]);
}

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const bad: z.ZodType<ExportPart['bad']> = z.array(
  z.strictObject({
    id: z.string(),
    stage: z.enum(quarantineStages),
    code: z.string(),
    message: z.string(),
  }),
);

const repaired: z.ZodType<readonly RepairedSample[]> = z.array(
  z.strictObject({
    id: z.string(),
    stage: z.literal('decode'),
    code: z.literal('REPAIRED'),
    message: z.string(),
  }),
);

const fingerprint = z.array(z.string().regex(/^(?:[0-9a-f]{64}|unreadable) {2}/));

/** Fields of a manifest that a schema of it is made of. */
type Fields<T, K extends keyof T> = { readonly [key in K]: z.ZodType<T[key]> };

// Fields stand in the order in which they are written: what is read and written again keeps its bytes.

/** Fields of a part: of its file. */
export const partFields: Fields<
  ExportPart,
  'file' | 'first' | 'positions' | 'rows' | 'bytes' | 'sha256'
> = {
  // A plain name: a manifest must not reach outside its folder.
  file: z.string().regex(/^part-\d+\.arrow$/),
  first: count,
  positions: count,
  rows: count,
  bytes: count,
  sha256,
};

/** Field of a part: the file beside it. */
export const indexFields: Fields<Required<ExportPart>, 'index'> = {
  index: z.strictObject({ bytes: count, sha256 }),
};

/** Fields of a part: what its images were. */
export const contentFields: Fields<Required<ExportPart>, 'content' | 'imageBytes'> = {
  content: sha256.nullable(),
  imageBytes: count.nullable(),
};

/** Fields of a part: images without a row, and repaired ones. */
export const toldFields: Fields<ExportPart, 'bad'> & OptionalField<'repaired'> = {
  bad,
  repaired: repaired.optional(),
};

/** Field of a part: that it is to be made again. */
export const redoneFields: OptionalField<'again'> = { again: z.literal(true).optional() };

type OptionalField<K extends keyof ExportPart> = {
  readonly [key in K]: z.ZodOptional<z.ZodType<NonNullable<ExportPart[key]>>>;
};

/** Fields of the dataset. */
export const datasetFields: Fields<ExportIdentity['dataset'], 'name' | 'hash' | 'count'> = {
  name: z.string(),
  hash: z.string(),
  count,
};

/** Fields of the dataset: what its images are. */
export const fingerprintFields: {
  readonly version: z.ZodOptional<z.ZodType<string>>;
  readonly fingerprint: z.ZodOptional<z.ZodType<Fingerprint>>;
} = { version: sha256.optional(), fingerprint: fingerprint.optional() };

/** Field that says which shard it is. */
export const shardFields: { readonly shard: z.ZodType<ExportShard> } = {
  shard: z.strictObject({ index: count, of: z.int().positive() }),
};
