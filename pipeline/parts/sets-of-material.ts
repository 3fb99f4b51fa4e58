import { isObject } from '../../operators/files/json.ts';
import type { ReportExport, ReportMaterial } from '../../outputs/report/material/material.ts';
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
  return [...ofRuns, ...exports.map(setOfExport)];
}

/** The set of images that an export was made of. */
export function setOfExport({
  path,
  manifest: { dataset, preprocessing, done },
}: Pick<ReportExport, 'path' | 'manifest'>): KnownSet {
  return {
    hash: dataset.hash,
    name: dataset.name,
    reading: readingOf(preprocessing),
    ...(done ? { exported: path } : {}),
  };
}
