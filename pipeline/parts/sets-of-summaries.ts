import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { isObject } from '../../operators/files/json.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { readManifest } from '../../outputs/embeddings/embeddings-manifest.ts';
import { manifestName } from '../../outputs/exports/export-manifest.ts';
import type { ReportMaterial, ReportResult } from '../../outputs/report/material/material.ts';
import type { KnownSet } from './images-of-sets.ts';
import { setOfExport } from './sets-of-material.ts';

/**
 * The sets of images that results of other verbs name in their summaries: exports that are where they were, and are the same.
 * So a result that a report is made of alone finds its images as well.
 */
export async function setsOfSummaries(material: ReportMaterial): Promise<readonly KnownSet[]> {
  const named = new Map(resultsOf(material).flatMap(exportsIn));
  const sets: KnownSet[] = [];
  for (const [folder, hash] of named) {
    const set = await knownSet(folder, hash);
    if (set !== undefined) sets.push(set);
  }
  return sets;
}

function resultsOf(material: ReportMaterial): readonly ReportResult[] {
  const { suspects, duplicates, neighbours, selections, drifts } = material;
  return [suspects, duplicates, neighbours, selections, drifts].flat();
}

/** Folders of a summary (`SetSource`), each with the hash of its dataset. */
function exportsIn({ summary }: ReportResult): readonly (readonly [string, string])[] {
  return Object.values(summary)
    .flat()
    .flatMap((value: unknown) => {
      if (!isObject(value)) return [];
      const { name, datasetHash } = value;
      if (typeof name !== 'string' || typeof datasetHash !== 'string') return [];
      return schemeOf(name) === null ? [[name, datasetHash] as const] : [];
    });
}

/** Undefined where there is no such export any more: results outlive what they were made of. */
async function knownSet(folder: string, hash: string): Promise<KnownSet | undefined> {
  try {
    if (!(await isFolder(folder))) return undefined;
    const manifest = await readManifest(path.join(folder, manifestName));
    return manifest?.dataset.hash === hash ? setOfExport({ path: folder, manifest }) : undefined;
  } catch (error) {
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}
