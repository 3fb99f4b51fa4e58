import path from 'node:path';
import { readColumnBlocks } from '../../arrow/read-columns.ts';
import { chosenSource } from './read-confusion.ts';

/** Name of the file in an evaluation. */
export const calibrationName = 'calibration.arrow';

/** Reliability of a vote: bins that have images. */
export interface Calibration {
  /** Such as `knn5`. */
  readonly source: string;
  readonly confidence: readonly number[];
  readonly accuracy: readonly number[];
  readonly images: readonly number[];
}

/**
 * Reads the reliability of the vote of the most neighbours.
 *
 * @returns Undefined when no image has a confidence.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readCalibration(evaluation: string): Promise<Calibration | undefined> {
  const bySource = new Map<
    string,
    { confidence: number[]; accuracy: number[]; images: number[] }
  >();
  for await (const block of readColumnBlocks(path.join(evaluation, calibrationName))) {
    const sources = block.text('source');
    const [images, confidence, accuracy] = ['images', 'confidence', 'accuracy'].map((name) =>
      block.number(name),
    );
    for (const [row, source] of sources.entries()) {
      if (source === null || images![row] === 0) continue;
      const bins = bySource.get(source) ?? { confidence: [], accuracy: [], images: [] };
      bySource.set(source, bins);
      bins.confidence.push(confidence![row]!);
      bins.accuracy.push(accuracy![row]!);
      bins.images.push(images![row]!);
    }
  }
  const source = chosenSource([...bySource.keys()]);
  return source === undefined ? undefined : { source, ...bySource.get(source)! };
}
