import { isObject } from '../../operators/files/json.ts';
import type { ReportMaterial } from '../../outputs/report/material/material.ts';
import { readingOf } from './exported-images.ts';
import type { KnownSet } from './images-of-sets.ts';

/** The sets of images that runs and exports of a report were made of. Runs know a place that holds in every folder. */
export function setsOfMaterial({
  runs,
  exports,
}: Pick<ReportMaterial, 'runs' | 'exports'>): readonly KnownSet[] {
  const ofRuns = runs.flatMap(({ saved: { config } }): readonly KnownSet[] => {
    const { data, dataLocation: name } = config;
    const hash = isObject(data) ? data['hash'] : undefined;
    if (typeof hash !== 'string' || typeof name !== 'string') return [];
    return [{ hash, name, reading: readingOf(config) }];
  });
  const ofExports = exports.map(
    ({ path, manifest: { dataset, preprocessing, done } }): KnownSet => ({
      hash: dataset.hash,
      name: dataset.name,
      reading: readingOf(preprocessing),
      ...(done ? { exported: path } : {}),
    }),
  );
  return [...ofRuns, ...ofExports];
}
