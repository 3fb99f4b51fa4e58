import { createHash } from 'node:crypto';
import { PipelineError } from '../../operators/errors.ts';
import { externalTensors } from '../../operators/onnx/model-file/model-tensors.ts';
import { hasGraph } from '../../operators/onnx/model-file/has-graph.ts';
import { mistakenKind } from '../../operators/files/file-kind.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';
import { hashFile } from '../../operators/files/hash-file.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
import { type ExternalFile, externalFiles } from './external-files.ts';

/** An ONNX file that is whole, with the files that belong to it. */
export interface OnnxFile {
  /**
   * SHA-256 of the file; where tensors are in other files, of its hash and theirs, so that other weights are another
   * model.
   */
  readonly hash: string;
  readonly external: readonly ExternalFile[];
}

/**
 * Checks that a file is an ONNX model with all its weights, and identifies it. Read piece by piece: memory does not grow
 * with its size.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT`, naming what it is instead, or the file with weights that is missing,
 * too short or outside of the model's folder.
 */
export async function identifyOnnxFile(path: string): Promise<OnnxFile> {
  const external = await checkedExternalFiles(path);
  const wrong = external.flatMap(({ problems }) => problems);
  if (wrong.length > 0) throw new PipelineError('ERR_FORMAT', wrong.join('\n'), { path });
  return { hash: await hashOf(path, external), external };
}

async function checkedExternalFiles(path: string): Promise<readonly ExternalFile[]> {
  await refuseNoFile(path);
  const window = await openFileWindow(path);
  try {
    await refuseOtherKinds(window);
    return await externalFiles(path, externalTensors(window));
  } finally {
    await window.close();
  }
}

async function refuseNoFile(path: string): Promise<void> {
  const stat = await statGiven(path);
  if (stat.isFile()) return;
  const what = stat.isDirectory() ? 'a folder; give the model in it' : 'no file';
  throw new PipelineError('ERR_READ', `Cannot read \`${path}\`: it is ${what}`, { path });
}

/**
 * Refuses what is no ONNX model by its beginning, or holds no graph.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming what it is.
 */
export async function refuseOtherKinds(window: FileWindow): Promise<void> {
  const { path } = window;
  const kind = await mistakenKind(window);
  if (kind !== undefined) {
    throw new PipelineError('ERR_FORMAT', `\`${path}\` is no ONNX model but ${kind}.`, { path });
  }
  if (await hasGraph(window)) return;
  throw new PipelineError('ERR_FORMAT', `\`${path}\` is no ONNX model: it has no graph.`, { path });
}

async function hashOf(path: string, external: readonly ExternalFile[]): Promise<string> {
  const own = await hashFile(path);
  if (external.length === 0) return own;
  const hashes = [];
  for (const file of external) hashes.push([file.location, await hashFile(file.path)]);
  return createHash('sha256')
    .update(JSON.stringify([own, ...hashes]))
    .digest('hex');
}
