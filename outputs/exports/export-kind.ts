import type { z } from 'zod';
import type { PipelineError } from '../../operators/errors.ts';
import type { FolderFormat } from '../files/wrong-folder.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ShardManifest, WholeManifest } from './export-manifest.ts';

/** Words for an export of a kind, as messages have them. */
export interface ExportWords {
  /** Such as `export`, with its article in `a`. */
  readonly one: string;
  readonly a: string;
  /** Its subject, such as `embeddings`. */
  readonly of: string;
  /** The verb of making one, such as `export`. */
  readonly make: string;
  /** The verb of the command line that makes it. */
  readonly verb: string;
}

/**
 * Kind of export: what is made of the images of a dataset in parts, by one process or several, and how its manifest reads.
 *
 * @typeParam I What identifies one of its kind.
 */
export interface ExportKind<I extends ExportIdentity> {
  /** `format` of its manifest; of that of a shard with `-shard` behind it. */
  readonly format: FolderFormat;
  readonly words: ExportWords;
  readonly manifest: z.ZodType<WholeManifest<I>>;
  readonly shardManifest: z.ZodType<ShardManifest<I>>;
  /** Differences that keep parts from belonging together, see `jsonDifferences`. The dataset may have moved. */
  readonly differences: (before: I, now: I) => string[];
  /** Refusal to continue one that an earlier version has written. @default every version is continued */
  readonly refusal?: ((folder: string, before: I) => PipelineError | undefined) | undefined;
}
