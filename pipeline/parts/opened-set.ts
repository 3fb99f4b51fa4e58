import type { ImageAttribute } from '../../operators/evaluation/scores/image-attribute.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import type { Json, JsonObject } from '../../operators/files/json.ts';
import type { VectorFileProvenance } from '../../outputs/tables/evaluation-files.ts';
import type { UnusableRows } from '../../operators/vector-fault.ts';

/** Vectors, whoever wrote them: an export, or a file of anyone's. */
export interface OpenedSet extends VectorSet {
  /** Layer that its rows are compared as. */
  readonly layer: EmbeddingLayer;
  /** Lengths of the layers that there are; of a file its rows under either name. */
  readonly sizes: { readonly [layer in EmbeddingLayer]?: number | undefined };
  /** Null for an export, which its hashes identify. */
  readonly file: VectorFileProvenance | null;
  /** Identity of ids and classes: `Dataset.hash` of an export, `listingHash` of a file. */
  readonly datasetHash: string;
  /** Identity of the images themselves; of a file, which says nothing of them, that of its listing. */
  readonly imagesHash: string;
  /** Hash of the weights that embedded it; null when unknown. */
  readonly modelHash: string | null;
  /** Precision that it was embedded in, with its scales; null for float32, and when unknown. */
  readonly precision: Json;
  /** Preprocessing of its images; null when unknown. */
  readonly preprocessing: JsonObject | null;
  /** Values of the column `by` of a file; null when none was asked for, and of an export, which has none. */
  readonly attribute: ImageAttribute | null;
  /** Ids are numbers of rows, of a file that has none. */
  readonly isNumbered: boolean;
  /** Rows that `exclude` left out. @default none was asked for */
  readonly excluded?: number | undefined;
  /** Rows that were left out. */
  readonly unusable: UnusableRows;
  /** The rows on another layer; those of a file are the same on each. @throws {PipelineError} `ERR_FORMAT` when there is none. */
  on(layer: EmbeddingLayer): OpenedSet;
}
