import { z } from 'zod';
import { preparedFormat, preparedVersion } from '../../operators/prepared-format.ts';
import type { Preparation } from '../../operators/types.ts';
import { jsonDifferences } from '../../operators/files/json.ts';
import { producer } from '../files/producer.ts';
import type { Fingerprint } from '../../operators/fingerprint.ts';
import {
  datasetIdentity,
  type ExportedDataset,
  type ExportIdentity,
} from '../exports/export-identity.ts';
import type { ExportKind } from '../exports/export-kind.ts';
import {
  contentFields,
  datasetFields,
  fingerprintFields,
  indexFields,
  partFields,
  redoneFields,
  shardFields,
  toldFields,
  type WholeManifest,
} from '../exports/export-manifest.ts';

/** Identity of a prepared dataset, as its manifest holds it. */
export interface PreparedIdentity extends ExportIdentity {
  readonly preparation: Preparation;
}

/** Manifest of a prepared dataset, `manifest.json`. */
export type PreparedManifest = WholeManifest<PreparedIdentity>;

/** The identity of a dataset prepared so, by this program. @param fingerprint Of its images, if known. */
export function preparedIdentity(
  dataset: ExportedDataset,
  preparation: Preparation,
  fingerprint?: Fingerprint,
): PreparedIdentity {
  return {
    version: preparedVersion,
    producer,
    dataset: datasetIdentity(dataset, fingerprint),
    classes: [...dataset.classes],
    preparation: { ...preparation },
  };
}

const preparation: z.ZodType<Preparation> = z.strictObject({
  as: z.enum(['pixels', 'jpeg', 'png']),
  quality: z.int().min(1).max(100).nullable(),
  shrinkTo: z.int().positive().nullable(),
  exif: z.enum(['apply', 'ignore']),
  icc: z.enum(['apply', 'ignore']),
  alpha: z.enum(['white', 'drop']),
  tolerant: z.boolean(),
});

const fields = {
  version: z.literal(preparedVersion),
  producer: z.string(),
  dataset: z.strictObject({ ...datasetFields, ...fingerprintFields }),
  classes: z.array(z.string()),
  preparation,
  parts: z.array(
    z.strictObject({
      ...partFields,
      ...indexFields,
      ...contentFields,
      ...toldFields,
      ...redoneFields,
    }),
  ),
  done: z.boolean(),
};

/** Prepared datasets. */
export const preparedExport: ExportKind<PreparedIdentity> = {
  format: preparedFormat,
  words: {
    one: 'prepared dataset',
    a: 'a prepared dataset',
    of: 'prepared images',
    make: 'prepare',
    verb: 'prepare',
  },
  manifest: z.strictObject({ format: z.literal(preparedFormat), ...fields }),
  shardManifest: z.strictObject({
    format: z.literal(`${preparedFormat}-shard`),
    ...shardFields,
    ...fields,
  }),
  differences: (before, now) => jsonDifferences(decisive(before), decisive(now)),
};

/** What must be the same of two parts. The dataset may have moved. */
function decisive(identity: PreparedIdentity): object {
  const { version, producer: program, classes } = identity;
  const { hash, count } = identity.dataset;
  return {
    version,
    producer: program,
    dataset: { hash, count },
    classes,
    preparation: identity.preparation,
  };
}
