import { createHash } from 'node:crypto';
import type { Sample } from '../../operators/types.ts';

/** Input of a dataset hash. */
export interface Listing {
  readonly classes: readonly string[];
  readonly count: number;
  sample(position: number): Sample;
  /** Provenance of the images: settings that generate them, or the hash of what they were chosen from. */
  readonly origin?: string | undefined;
}

/**
 * SHA-256 (hex) of a listing: equal exactly when classes, ids, labels and their order are.
 *
 * Hashes one line of JSON for the classes (and the origin, where there is one), then one for each sample.
 */
export function datasetHash(listing: Listing): string {
  const { classes, count, origin } = listing;
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify(origin === undefined ? { classes } : { classes, origin })}\n`);
  let lines = '';
  for (let position = 0; position < count; position += 1) {
    const { id, label } = listing.sample(position);
    lines += isPlain.test(id) ? `["${id}",${label}]\n` : `${JSON.stringify([id, label])}\n`;
    if (lines.length > 65_536) {
      hash.update(lines);
      lines = '';
    }
  }
  return hash.update(lines).digest('hex');
}

/** Text that JSON writes as it is: most ids, and a million of them are written in half the time. */
const isPlain = /^[ !#-[\]-~]*$/u;
