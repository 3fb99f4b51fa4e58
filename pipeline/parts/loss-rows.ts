import { lengthOfRow } from '../../operators/evaluation/vectors/row-length.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { LossRows } from '../../operators/loss/loss-rows.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';

/** Options of `lossRows`. */
export interface LossRowsOptions {
  /** Layer of the rows, for messages. */
  readonly layer: EmbeddingLayer;
  /** L2-normalise the rows, instead of refusing those of another length than 1. */
  readonly normalize: boolean;
}

/** Tolerance of the length of a row around 1: float32 rows of length 1 are within 1e-6. */
const unitTolerance = 1e-4;

/** `F.normalize` divides by no less than this, so that shorter rows stay short. */
const shortest = 1e-12;

/**
 * Rows of a set as a loss takes them: finite, and L2-normalised where their class is known. The others are
 * left out of the loss, whatever their length.
 *
 * A row of length 0 has no direction to normalise. `F.normalize` leaves it at 0, similar to nothing; here it
 * is refused, because no read-out holds for rows off the sphere.
 *
 * @param set With `normalize` its rows are changed in place: a second copy would be as large as the set.
 * @throws {PipelineError} `ERR_FORMAT`, naming the first row that cannot be taken, or when no class is known.
 */
export function lossRows(set: VectorsInMemory, options: LossRowsOptions): LossRows {
  const { name, labels, dim, rows } = set;
  for (const [row, label] of labels.entries()) {
    const values = rows.subarray(row * dim, (row + 1) * dim);
    const length = lengthOfRow(values);
    checkLength(set, row, length, { ...options, isKnown: label >= 0 });
    if (!options.normalize || length < shortest) continue;
    for (let d = 0; d < dim; d += 1) values[d]! /= length;
  }
  if (labels.every((label) => label < 0)) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${name}\` holds no image with a class: there is no loss to compute. Embed a folder with a sub-folder for each class, or name that column of a file: \`FILE?label=COLUMN\`.`,
      { path: name },
    );
  }
  return { z: rows, size: dim, labels };
}

function checkLength(
  { name, ids }: VectorsInMemory,
  row: number,
  length: number,
  { layer, normalize, isKnown }: LossRowsOptions & { readonly isKnown: boolean },
): void {
  const refuse = (
    expected: string,
    got: string,
    wayOut: string,
    options: readonly string[] = [],
  ): never => {
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected the \`${layer}\` of \`${ids[row]}\` in \`${name}\` to ${expected}, got ${got}. ${wayOut}`,
      { sample: ids[row], path: name, options },
    );
  };
  const shown = `\`${Number(length.toPrecision(6))}\``;
  if (!Number.isFinite(length)) {
    refuse('hold finite numbers', `a length of ${shown}`, 'Export it again, with another model.');
  }
  if (!isKnown) return;
  if (normalize && length < shortest) {
    refuse('have a direction', `a length of ${shown}`, 'Leave the image out of the export.');
  }
  if (!normalize && Math.abs(length - 1) > unitTolerance) {
    refuse('have length 1', shown, 'Normalise the rows first with `normalize: true`.', [
      'normalize',
    ]);
  }
}
