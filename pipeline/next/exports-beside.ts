import fs from 'node:fs/promises';
import path from 'node:path';
import { splitKind } from '../../datasets/records/split-names.ts';
import { PipelineError } from '../../operators/errors.ts';
import {
  type EmbeddingsManifest,
  readManifest,
} from '../../outputs/embeddings/embeddings-manifest.ts';
import { manifestName } from '../../outputs/exports/export-manifest.ts';

/** An export, and what its manifest says. */
export interface FoundExport {
  readonly folder: string;
  readonly manifest: EmbeddingsManifest;
}

/** The finished export in a folder; undefined of anything else, also of what is damaged: this is no place to tell it. */
export async function exportIn(folder: string): Promise<FoundExport | undefined> {
  try {
    const manifest = await readManifest(path.join(folder, manifestName));
    return manifest?.done === true ? { folder, manifest } : undefined;
  } catch (error) {
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}

/** Maximum folders that are looked at. */
const mostFolders = 50;

/** Finished exports of the same model in folders beside an export, by name. */
export async function exportsBeside({ folder, manifest }: FoundExport): Promise<FoundExport[]> {
  const parent = path.dirname(folder);
  const entries = await fs.readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const own = path.basename(path.resolve(folder));
  const others = names.filter((name) => name !== own).sort();
  const found: FoundExport[] = [];
  for (const name of others.slice(0, mostFolders)) {
    const other = await exportIn(path.join(parent, name));
    if (other?.manifest.model.hash === manifest.model.hash) found.push(other);
  }
  return found;
}

/** Tests whether an export is of the images that a model was trained on, as far as names say it. */
export function isOfTraining({ folder, manifest }: FoundExport): boolean {
  const name = path.basename(path.resolve(folder));
  return (
    splitKind(name) === 'train' || (manifest.split === 'train' && splitKind(name) === undefined)
  );
}
