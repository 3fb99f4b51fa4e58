import type { Fingerprint } from '../../operators/fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';

/** Dataset that an export is made of. With `sample` and `read` its images are identified, so that an export is never continued onto others. */
export type ExportedDataset = Pick<Dataset, 'name' | 'hash' | 'count' | 'classes'> &
  Partial<Pick<Dataset, 'version' | 'sample' | 'read' | 'size' | 'content' | 'limitsReads'>>;

/** Identity of an export of any kind, as its manifest holds it. Parts belong together when it is the same for both. */
export interface ExportIdentity {
  /** Format of the kind. */
  readonly version: number;
  /** Name and version of the program that wrote it. */
  readonly producer: string;
  readonly dataset: {
    readonly name: string;
    /** `Dataset.hash`. */
    readonly hash: string;
    /** Positions of the dataset. */
    readonly count: number;
    /**
     * `Dataset.version` of the images that it was continued with last; absent where that is unknown. While it is the same, no
     * image is read for a comparison. It decides nothing: shards with different ones belong together.
     */
    readonly version?: string | undefined;
    /** Of its images, where they could be read; absent where nobody gave them. */
    readonly fingerprint?: Fingerprint | undefined;
  };
  /** Class names; the dictionary of the `label` column. */
  readonly classes: readonly string[];
}

/** The dataset as the identity of its export has it. @param fingerprint Of its images, if known. */
export function datasetIdentity(
  { name, hash, count, version }: Omit<ExportedDataset, 'classes'>,
  fingerprint: Fingerprint | undefined,
): ExportIdentity['dataset'] {
  return {
    name,
    hash,
    count,
    ...(version === undefined ? {} : { version }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}
