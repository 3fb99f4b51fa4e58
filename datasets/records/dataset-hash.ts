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
 * SHA-256 (hex) of a listing: equal exactly when classes, ids, labels and their order are, and the further classes of
 * images that have several.
 *
 * Hashes one line of JSON for the classes (and the origin, where there is one), then one for each sample: `[id, label]`, or
 * `[id, label, labels]` of one with several classes.
 */
export function datasetHash(listing: Listing): string {
  const { classes, count, origin } = listing;
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify(origin === undefined ? { classes } : { classes, origin })}\n`);
  let lines = '';
  for (let position = 0; position < count; position += 1) {
    const { id, label, labels } = listing.sample(position);
    const text = isPlain.test(id) ? `"${id}"` : JSON.stringify(id);
    lines +=
      labels === undefined ? `[${text},${label}]\n` : `[${text},${label},[${labels.join()}]]\n`;
    if (lines.length > 65_536) {
      hash.update(lines);
      lines = '';
    }
  }
  return hash.update(lines).digest('hex');
}

/** Text that JSON writes as it is: most ids, and a million of them are written in half the time. */
const isPlain = /^[ !#-[\]-~]*$/u;
