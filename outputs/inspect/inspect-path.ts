import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { readManifest } from '../embeddings/embeddings-manifest.ts';
import { manifestName } from '../exports/export-manifest.ts';
import { isOfKind, readWholeManifest } from '../exports/read-manifest.ts';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
import { preparedExport } from '../prepared/prepared-manifest.ts';
import { inspectEmbeddings } from './inspect-embeddings.ts';
import { inspectFile, inspectFolder } from './inspect-folder.ts';
import { inspectPrepared } from './inspect-prepared.ts';
import type { Inspection, InspectPathOptions } from './inspection.ts';

/** JSON files that stand for their folder. */
const folderNames = new Set([manifestName, 'config.json', 'summary.json']);

/**
 * Describes a path: a folder of `train`, `prepare`, `embed` or `evaluate`, an Arrow file or stream of
 * anyone, a safetensors file or an ONNX model.
 *
 * Memory: one record batch, whatever the size. Nothing is written.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing, `ERR_FORMAT` when it is damaged or nothing known.
 * @throws The reason of `signal`.
 * @example
 * ```ts
 * const { what, facts, problems } = await inspectPath('runs/a/test', { verify: true });
 * console.log(what, facts, problems);
 * ```
 */
export async function inspectPath(
  given: string,
  options: InspectPathOptions = {},
): Promise<Inspection> {
  const stat = await statGiven(given);
  if (!stat.isDirectory() && !folderNames.has(path.basename(given))) {
    const found = await inspectFile(given, options);
    if (found !== undefined) return found;
    throw unknownThing(given, 'file', await kindInstead(given, 'something else'));
  }
  const folder = stat.isDirectory() ? given : path.dirname(given);
  const manifestPath = path.join(folder, manifestName);
  if (await isOfKind(preparedExport, manifestPath)) {
    const manifest = await readWholeManifest(preparedExport, manifestPath);
    if (manifest !== undefined) return await inspectPrepared(folder, manifest, options);
  }
  const manifest = await readManifest(manifestPath);
  if (manifest !== undefined) return await inspectEmbeddings(folder, manifest, options);
  const found = await inspectFolder(folder, options);
  if (found === undefined) throw unknownThing(given, stat.isDirectory() ? 'folder' : 'file');
  return found;
}

function unknownThing(
  given: string,
  what: 'file' | 'folder',
  instead = 'something else',
): PipelineError {
  // It may well hold images.
  const wayOut = what === 'folder' ? ' Of images in it, `views: views.html` draws views.' : '';
  return new PipelineError(
    'ERR_FORMAT',
    `Expected \`${given}\` to be a ${what} of \`train\`, \`prepare\`, \`embed\` or \`evaluate\`, an Arrow file or stream, ` +
      `safetensors or ONNX, got ${instead}.${wayOut}`,
    { path: given, options: ['views'] },
  );
}
