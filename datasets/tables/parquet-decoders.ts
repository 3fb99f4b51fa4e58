import type * as Delta from 'hyparquet/src/delta.js';
import type * as Runs from 'hyparquet/src/encoding.js';
import type * as Plain from 'hyparquet/src/plain.js';
import { type Codecs, loadCodecs } from './codecs.ts';

/** What decodes pages of Parquet: the decoders of hyparquet, and of the compressions. */
export interface PageDecoders {
  readonly plain: typeof Plain;
  readonly delta: typeof Delta;
  readonly runs: typeof Runs;
  /** Names of encodings by their numbers. */
  readonly encodings: readonly string[];
  readonly codecs: Codecs;
}

/** Loads the decoders, which nothing but a table needs. */
export async function loadPageDecoders(): Promise<PageDecoders> {
  const [plain, delta, runs, { Encodings }, codecs] = await Promise.all([
    import('hyparquet/src/plain.js'),
    import('hyparquet/src/delta.js'),
    import('hyparquet/src/encoding.js'),
    import('hyparquet/src/constants.js'),
    loadCodecs(),
  ]);
  return { plain, delta, runs, encodings: Encodings, codecs };
}
