import { PipelineError } from '../../errors.ts';
import type { VectorBlock, VectorSet } from './vector-set.ts';

/**
 * The blocks of a set, of which every number is finite and no row is missing.
 *
 * @throws {PipelineError} `ERR_FORMAT` naming the set and, when a row has a number that is not finite, its image.
 */
export async function* checkedBlocks(set: VectorSet): AsyncGenerator<VectorBlock> {
  const { name, dim, count } = set;
  let seen = 0;
  for await (const block of set.blocks()) {
    const rows = block.rows.length / dim;
    if (block.first !== seen || !Number.isInteger(rows) || seen + rows > count) {
      throw new PipelineError(
        'ERR_FORMAT',
        `Expected blocks of \`${name}\` to hold ${count} rows of ${dim} in order, ` +
          `got \`${block.rows.length}\` numbers at row ${block.first} after ${seen} rows`,
      );
    }
    checkFinite(set, block);
    seen += rows;
    yield block;
  }
  if (seen !== count) {
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected \`${name}\` to hold ${count} rows, got \`${seen}\``,
    );
  }
}

function checkFinite(set: VectorSet, { first, rows }: VectorBlock): void {
  let bad = 0;
  while (bad < rows.length && Math.abs(rows[bad]!) < Infinity) bad += 1;
  if (bad === rows.length) return;
  const id = set.id(first + Math.floor(bad / set.dim));
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected the vector of \`${id}\` in \`${set.name}\` to be finite, got \`${rows[bad]}\``,
    { sample: id },
  );
}
