import { PipelineError } from '../../errors.ts';
import { shownName } from '../../message-words.ts';
import type { VectorBlock, VectorSet } from './vector-set.ts';

/** Layer of the network whose vectors are compared. */
export type EmbeddingLayer = 'embedding' | 'projection';

/** Tolerance of the length of a unit row: float32 rows are within 1e-6 of 1. */
const unitTolerance = 1e-3;

/**
 * L2 normalisation: rows of `embedding` are scaled to length 1, rows of `projection` must have it already.
 *
 * Reading `blocks` throws `PipelineError` `ERR_FORMAT`, naming the image and the set, at a row that is not finite,
 * has no direction, or is a projection whose length is not 1 within 1e-3.
 *
 * Memory: two blocks.
 */
export function unitVectors(set: VectorSet, layer: EmbeddingLayer): VectorSet {
  const { name, classes, count, dim, labels, digests } = set;
  return {
    name,
    classes,
    count,
    dim,
    labels,
    digests,
    id: (position) => set.id(position),
    async *blocks(): AsyncGenerator<VectorBlock> {
      let scaled = new Float32Array(0);
      for await (const { first, rows } of set.blocks()) {
        if (scaled.length < rows.length) scaled = new Float32Array(rows.length);
        for (let start = 0; start < rows.length; start += dim) {
          let squares = 0;
          for (let at = start; at < start + dim; at += 1) squares += rows[at]! * rows[at]!;
          const length = Math.sqrt(squares);
          if (!isGood(length, layer)) throw badLength(length, set, first + start / dim, layer);
          const scale = layer === 'projection' ? 1 : 1 / length;
          for (let at = start; at < start + dim; at += 1) scaled[at] = rows[at]! * scale;
        }
        yield { first, rows: scaled.subarray(0, rows.length) };
      }
    },
  };
}

function isGood(length: number, layer: EmbeddingLayer): boolean {
  return layer === 'projection'
    ? Math.abs(length - 1) <= unitTolerance
    : Number.isFinite(length) && length > 0;
}

function badLength(
  length: number,
  set: VectorSet,
  position: number,
  layer: EmbeddingLayer,
): PipelineError {
  const id = set.id(position);
  const expected = layer === 'projection' ? 'length 1' : 'a finite length above 0';
  return new PipelineError(
    'ERR_FORMAT',
    `Expected the \`${layer}\` of ${shownName(id)} in \`${set.name}\` to have ${expected}, got \`${length}\``,
    { sample: id },
  );
}
