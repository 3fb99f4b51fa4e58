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
  const found = await inspectKnown(given, options);
  if (found === undefined) throw await unknownThing(given);
  return found;
}

/** Describes a path as `inspectPath` does; undefined when it is nothing known. */
export async function inspectKnown(
  given: string,
  options: InspectPathOptions,
): Promise<Inspection | undefined> {
  const stat = await statGiven(given);
  if (!stat.isDirectory() && !folderNames.has(path.basename(given))) {
    return await inspectFile(given, options);
  }
  const folder = stat.isDirectory() ? given : path.dirname(given);
  const manifestPath = path.join(folder, manifestName);
  if (await isOfKind(preparedExport, manifestPath)) {
    const manifest = await readWholeManifest(preparedExport, manifestPath);
    if (manifest !== undefined) return await inspectPrepared(folder, manifest, options);
  }
  const manifest = await readManifest(manifestPath);
  if (manifest !== undefined) return await inspectEmbeddings(folder, manifest, options);
  return await inspectFolder(folder, options);
}

/**
 * The error of a path that is nothing known.
 *
 * @param noImages Why it cannot be opened as images either. @default that was not tried
 */
export async function unknownThing(
  given: string,
  noImages?: PipelineError,
  noVectors?: PipelineError,
): Promise<PipelineError> {
  const isFolder = (await statGiven(given)).isDirectory();
  const instead = isFolder ? 'something else' : await kindInstead(given, 'something else');
  const asImages = noImages === undefined ? '' : ` As images: ${noImages.message}`;
  const asVectors = noVectors === undefined ? '' : `. As vectors: ${noVectors.message}`;
  return new PipelineError(
    'ERR_FORMAT',
    `Expected \`${given}\` to be a ${isFolder ? 'folder' : 'file'} of \`train\`, \`prepare\`, \`embed\` or \`evaluate\`, ` +
      `an Arrow file or stream, safetensors or ONNX, got ${instead}.${asImages}${asVectors}`,
    { path: given, options: noImages?.options, cause: noImages },
  );
}
