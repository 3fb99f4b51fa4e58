import { PipelineError } from '../errors.ts';
import type { BatchShape, PackedBatch } from '../types.ts';

/**
 * Checks that a batch has exactly the shape that an engine was built for.
 *
 * @throws {PipelineError} `ERR_SHAPE`.
 */
export function checkBatch(shape: BatchShape, batch: PackedBatch): void {
  const rows = shape.images * shape.views;
  const values = rows * shape.imageSize * shape.imageSize * 3;
  if (batch.pixels.length !== values || batch.labels.length !== rows) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected \`batch\` to hold ${rows} rows of ${shape.imageSize} × ${shape.imageSize} pixels ` +
        `(${values} values, ${rows} labels), got ${batch.pixels.length} values and ` +
        `${batch.labels.length} labels; were its pixels handed over before?`,
    );
  }
}
