import { hasSeveralClasses } from '../../operators/labels-of.ts';
import type { Fingerprint } from '../../operators/fingerprint.ts';
import {
  isObject,
  type Json,
  jsonDifferences,
  type JsonObject,
} from '../../operators/files/json.ts';
import { producer } from '../files/producer.ts';
import {
  datasetIdentity,
  type ExportedDataset,
  type ExportIdentity,
} from '../exports/export-identity.ts';
import type { ExportColumns, ExportVersion } from './embeddings-schema.ts';

/** Subject of an export: the data, the network, and the vectors of it that are kept. */
export interface ExportSubject {
  readonly dataset: ExportedDataset;
  /** `hash` identifies the weights; other fields are for readers. */
  readonly model: JsonObject & { readonly hash: string };
  /** Preprocessing of the images: image size, mean and whatever else decides how pixels become input. */
  readonly preprocessing: JsonObject;
  /** Vectors to keep. */
  readonly layers: 'embedding' | 'projection' | 'both';
  /** Lengths of the vectors, as the encoder states them. */
  readonly sizes: { readonly embedding: number; readonly projection: number };
  /** Text for a `split` column. @default no such column */
  readonly split?: string | undefined;
}

/** Identity of an export of vectors, as its manifest holds it. */
export interface EmbeddingsIdentity extends ExportColumns, ExportIdentity {
  readonly version: ExportVersion;
  /** The network; `hash` identifies its weights. */
  readonly model: JsonObject & { readonly hash: string };
  /** Preprocessing of the images. */
  readonly preprocessing: JsonObject;
}

/** The identity of an export of this subject, written by this program. @param fingerprint Of its images, if known. */
export function embeddingsIdentity(
  subject: ExportSubject,
  fingerprint?: Fingerprint,
): EmbeddingsIdentity {
  const { dataset, model, preprocessing, layers, sizes, split } = subject;
  const { embedding, projection } = sizes;
  const identity: EmbeddingsIdentity = {
    version: 2,
    producer,
    dataset: datasetIdentity(dataset, fingerprint),
    classes: [...dataset.classes],
    ...(isOfSeveralClasses(dataset) ? { severalClasses: true } : {}),
    model: { ...model },
    preprocessing,
    layers: {
      ...(layers === 'projection' ? {} : { embedding }),
      ...(layers === 'embedding' ? {} : { projection }),
    },
    split: split ?? null,
  };
  // As it will be read back: undefined fields are gone.
  return JSON.parse(JSON.stringify(identity)) as EmbeddingsIdentity;
}

function isOfSeveralClasses(dataset: ExportedDataset): boolean {
  const { count } = dataset;
  return (
    dataset.sample !== undefined &&
    hasSeveralClasses({ count, sample: (position) => dataset.sample!(position) })
  );
}

/**
 * Differences that keep parts from belonging together, see `jsonDifferences`. The dataset may have moved: its hash decides,
 * and for the images under its names `otherImagesOf`.
 */
export function identityDifferences(before: EmbeddingsIdentity, now: EmbeddingsIdentity): string[] {
  return jsonDifferences(decisive(before), decisive(now));
}

/** Without what a trial of its precision measured: that is the same only on the same kind of processor. */
function decisiveModel({ precision, ...model }: EmbeddingsIdentity['model']): JsonObject {
  if (!isObject(precision)) return precision === undefined ? model : { ...model, precision };
  const { trial: _trial, ...decisive } = precision;
  return { ...model, precision: decisive };
}

/** The precision of a model of an export, without its trial; null where it is float32. */
export function decisivePrecision(model: EmbeddingsIdentity['model']): Json {
  return decisiveModel(model)['precision'] ?? null;
}

function decisive(identity: EmbeddingsIdentity): unknown {
  const { version, producer: program, classes, severalClasses } = identity;
  const { model, preprocessing, layers, split } = identity;
  const { hash, count } = identity.dataset;
  return {
    version,
    producer: program,
    dataset: { hash, count },
    classes,
    ...(severalClasses === undefined ? {} : { severalClasses }),
    model: decisiveModel(model),
    preprocessing,
    layers,
    split,
  };
}
