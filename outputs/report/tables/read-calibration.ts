import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import { type ConfidenceBins, pooledBins } from './pooled-bins.ts';
import { chosenSource } from './read-confusion.ts';

/** Name of the file in an evaluation. */
export const calibrationName = 'calibration.arrow';

const columns = {
  source: 'text',
  images: 'number',
  confidence: 'number?',
  accuracy: 'number?',
} as const;

/** Reliability of a vote: bins that have images, those of nearly the same confidence as one. */
export interface Calibration extends ConfidenceBins {
  /** Such as `knn5`. */
  readonly source: string;
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
  for await (const row of tableRows(path.join(evaluation, calibrationName), columns)) {
    const { source, images, confidence, accuracy } = row;
    // Of no images there are no means.
    if (confidence === null || accuracy === null) continue;
    const bins = bySource.get(source) ?? { confidence: [], accuracy: [], images: [] };
    bySource.set(source, bins);
    bins.confidence.push(confidence);
    bins.accuracy.push(accuracy);
    bins.images.push(images);
  }
  const source = chosenSource([...bySource.keys()]);
  return source === undefined ? undefined : { source, ...pooledBins(bySource.get(source)!) };
}
