import { PipelineError } from '../../operators/errors.ts';
import type { ExportedBatch } from './open-part.ts';

/** Requirements on the next batch of an export. */
export interface ExpectedBatch {
  /** Position of its first sample. */
  readonly next: number;
  /** Position after the last that may come. */
  readonly end: number;
}

/**
 * Checks that a batch continues an export: its positions follow, its samples are of its plan.
 *
 * @throws {PipelineError} `ERR_CONTRACT`.
 */
export function checkExportBatch(
  folder: string,
  { plan, samples }: ExportedBatch,
  { next, end }: ExpectedBatch,
): void {
  const positions = plan.samples.map(({ position }) => position);
  if (positions.some((position, at) => position !== next + at) || next + positions.length > end) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected batch ${plan.seq} for \`${folder}\` to hold the positions from ${next} on, in order and below ${end}; ` +
        `got ${positions.slice(0, 8).join(', ')}${positions.length > 8 ? ', …' : ''}.`,
      { path: folder },
    );
  }
  let at = 0;
  for (const { position } of samples) {
    while (at < positions.length && positions[at] !== position) at += 1;
    at += 1;
  }
  if (at > positions.length) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected the samples of batch ${plan.seq} to be samples of its plan, in plan order.`,
      { path: folder },
    );
  }
}
