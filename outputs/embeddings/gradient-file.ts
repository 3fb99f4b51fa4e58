import { Field, Schema, Utf8 } from 'apache-arrow';
import type { LossSpec } from '../../operators/loss/loss-spec.ts';
import { recordBatch, utf8Column, vectorsColumn, vectorsType } from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import type { EmbeddingsLayer } from './embeddings-schema.ts';
import { producer } from '../files/producer.ts';

/** The gradient of a loss over an export. */
export interface GradientRows {
  /** `[rows]` id of each row of the export, in its order. Borrowed. */
  readonly ids: readonly string[];
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** `[rows, dim]` float32: `∂L / ∂z` of the rows that the loss saw, 0 for those left out. Borrowed. */
  readonly gradient: Float32Array;
}

/** Provenance of a gradient. */
export interface GradientProvenance {
  readonly loss: LossSpec;
  /** The loss itself, in nats. */
  readonly value: number;
  readonly layer: EmbeddingsLayer;
  /** True when the rows were L2-normalised first; the gradient is with respect to those rows. */
  readonly normalize: boolean;
  /** Name and device of the engine that computed it. */
  readonly engine: string;
  /** Hash of the dataset that was embedded. */
  readonly datasetHash: string;
  /** Hash of the weights that embedded it; null when unknown. */
  readonly modelHash: string | null;
  /** SHA-256 over ids and vectors of a file that was not an export. @default not said */
  readonly contentHash?: string | null | undefined;
}

/** Columns of a gradient, named and typed as those of the export. */
function gradientSchema(dim: number): Schema {
  return new Schema([
    /** Id of the sample in its dataset. */
    new Field('id', new Utf8(), false),
    /** `∂L / ∂z` in nats for each unit of length; 0 for rows that the loss left out. */
    new Field('gradient', vectorsType(dim), false),
  ]);
}

/** Values of one record batch: 4 MiB. */
const valuesAtOnce = 1 << 20;

/**
 * Writes a gradient as an Arrow file, one row for each row of the export, in its order. The file appears when
 * it is complete.
 *
 * The bytes are a function of `rows` and `provenance`, which goes into the metadata of the schema. Memory:
 * one block of about 4 MiB, and its ids.
 *
 * @param file Its folder must exist.
 * @throws {RangeError} When ids and values do not number the same rows.
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 * @throws The reason of `signal`, when it aborts before the last block; nothing is left behind then.
 */
export async function writeGradient(
  file: string,
  { ids, dim, gradient }: GradientRows,
  provenance: GradientProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ArrowFileReport> {
  if (gradient.length !== ids.length * dim) {
    throw new RangeError(
      `Expected \`gradient\` to hold ${ids.length} rows of ${dim} values, got \`${gradient.length}\` values`,
    );
  }
  const schema = gradientSchema(dim);
  const sink = await openArrowFile(file, schema, { metadata: metadataOf(provenance) });
  try {
    const rowsAtOnce = Math.max(1, Math.floor(valuesAtOnce / dim));
    for (let from = 0; from < ids.length; from += rowsAtOnce) {
      signal?.throwIfAborted();
      const to = Math.min(from + rowsAtOnce, ids.length);
      await sink.write(
        recordBatch(schema, [
          utf8Column(ids.slice(from, to)),
          vectorsColumn(gradient.subarray(from * dim, to * dim), dim),
        ]),
      );
    }
    signal?.throwIfAborted();
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

function metadataOf(provenance: GradientProvenance): Readonly<Record<string, string>> {
  const { loss, value, layer, normalize, engine, datasetHash, modelHash } = provenance;
  const { contentHash = null } = provenance;
  return {
    format: 'sincere-gradient',
    version: '1',
    producer,
    dataset: datasetHash,
    ...(modelHash === null ? {} : { model: modelHash }),
    ...(contentHash === null ? {} : { vectors: contentHash }),
    loss: loss.name,
    temperature: String(loss.temperature),
    ...(loss.name === 'eps-sup-infonce' ? { epsilon: String(loss.epsilon) } : {}),
    layer,
    normalize: String(normalize),
    engine,
    value: String(value),
  };
}
