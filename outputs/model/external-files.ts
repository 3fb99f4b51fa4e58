import fs from 'node:fs/promises';
import nodePath from 'node:path';
import { tensorBytes } from '../../operators/onnx/model-file/element-types.ts';
import type { ExternalTensor } from '../../operators/onnx/model-file/model-tensors.ts';
import { statOf } from '../../operators/files/stat-of.ts';

/** A file with weights of a model, which lies beside it. */
export interface ExternalFile {
  /** Path that the model states, relative to its folder. */
  readonly location: string;
  readonly path: string;
  /** Size of the file; null when it is not there, or may not be read. */
  readonly bytes: number | null;
  /** Tensors of the model in it, and their values. */
  readonly tensors: number;
  readonly values: number;
  /** What is wrong with it, in sentences; empty when the model can be run with it. */
  readonly problems: readonly string[];
}

/**
 * The files that tensors of a model are in, sorted by location, each checked: there, inside of the model's folder, and long
 * enough for each tensor.
 *
 * @param model Path of the model, which names of files are relative to.
 * @throws {PipelineError} `ERR_READ` when one cannot be looked at.
 */
export async function externalFiles(
  model: string,
  tensors: AsyncIterable<ExternalTensor>,
): Promise<readonly ExternalFile[]> {
  const files = new Map<string, FoundFile>();
  for await (const tensor of tensors) {
    const { location } = tensor.external;
    let file = files.get(location);
    if (file === undefined) {
      file = await foundFile(model, location);
      files.set(location, file);
    }
    file.tensors += 1;
    file.values += tensor.dims.reduce((product, size) => product * size, 1);
    // One that is wrong is told; a thousand more would hide it.
    if (file.problem === undefined) file.problem = problemOf(model, tensor, file);
  }
  return [...files.values()]
    .sort((a, b) => (a.location < b.location ? -1 : 1))
    .map(({ location, path, bytes, tensors, values, problem }) => {
      const problems = problem === undefined ? [] : [problem];
      return { location, path, bytes, tensors, values, problems };
    });
}

interface FoundFile {
  readonly location: string;
  readonly path: string;
  readonly bytes: number | null;
  tensors: number;
  values: number;
  problem: string | undefined;
}

async function foundFile(model: string, location: string): Promise<FoundFile> {
  const path = nodePath.resolve(nodePath.dirname(model), location);
  const found = { location, path, tensors: 0, values: 0 };
  const outside = await whyOutside(model, location);
  if (outside !== undefined) {
    const problem = `\`${nodePath.resolve(model)}\` has weights in \`${location}\`, ${outside}: such a file is not read`;
    return { ...found, bytes: null, problem };
  }
  const stat = await statOf(path);
  if (stat?.isFile() === true) return { ...found, bytes: stat.size, problem: undefined };
  const why = stat === undefined ? 'is not there' : 'is no file';
  const wayOut =
    (await onWindows(model, location)) ??
    'put it beside the model, under the name that it was exported with';
  const problem = `\`${path}\`, which holds weights of \`${model}\`, ${why}: ${wayOut}`;
  return { ...found, bytes: null, problem };
}

/** Way out of a path that was written on Windows, where its file is there. */
async function onWindows(model: string, location: string): Promise<string | undefined> {
  const here = location.replaceAll('\\', '/');
  if (here === location) return undefined;
  const stat = await statOf(nodePath.resolve(nodePath.dirname(model), here));
  if (stat?.isFile() !== true) return undefined;
  return `the model has a path of Windows, and \`${here}\` is there; save the model again with that path`;
}

/**
 * Why a place is outside of the model's folder, which a model of others must not reach out of; undefined when it is
 * inside. Where the model is a link, as in caches of Hugging Face, the folder of the file itself counts as well.
 */
async function whyOutside(model: string, location: string): Promise<string | undefined> {
  if (location === '') return 'a name that is empty';
  if (nodePath.isAbsolute(location) || nodePath.win32.isAbsolute(location)) {
    return 'which is an absolute path';
  }
  const folder = nodePath.resolve(nodePath.dirname(model));
  const path = nodePath.join(folder, location);
  if (!isInside(folder, path)) return 'which is outside of its folder';
  // One that is not there is told as such.
  const real = await fs.realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const [realFolder, realModel] = await Promise.all([fs.realpath(folder), fs.realpath(model)]);
  if (isInside(realFolder, real) || isInside(nodePath.dirname(realModel), real)) return undefined;
  return `which is a link to \`${real}\`, outside of its folder`;
}

function isInside(folder: string, path: string): boolean {
  const relative = nodePath.relative(folder, path);
  return (
    relative !== '' && relative.split(nodePath.sep)[0] !== '..' && !nodePath.isAbsolute(relative)
  );
}

function problemOf(
  model: string,
  { name, type, dims, external }: ExternalTensor,
  { path, bytes }: FoundFile,
): string | undefined {
  if (bytes === null) return undefined;
  const tensor = `\`${name}\` of \`${model}\``;
  const wanted = tensorBytes(type, dims);
  const [offset, length] = [external.offset ?? '0', external.length];
  for (const [what, text] of Object.entries({ offset, length })) {
    if (text === undefined || isCount(text)) continue;
    return `${tensor} has no place in \`${path}\`: its ${what} is \`${text}\`, not a number of bytes`;
  }
  const start = Number(offset);
  const size = length === undefined ? bytes - start : Number(length);
  if (wanted !== undefined && (length === undefined ? size < wanted : size !== wanted)) {
    if (length !== undefined) {
      return `${tensor} takes ${wanted} bytes of \`${path}\` by its shape, and ${size} by its length: the model is damaged`;
    }
    return tooShort(tensor, path, bytes, start + wanted);
  }
  return start + size > bytes ? tooShort(tensor, path, bytes, start + size) : undefined;
}

function tooShort(tensor: string, path: string, bytes: number, end: number): string {
  return (
    `\`${path}\` is too short: it has ${bytes} bytes, and ${tensor} ends at byte ${end}. Download or copy it again, or ` +
    'export the model again'
  );
}

/** Decimal digits of a number that is counted exactly. */
function isCount(text: string): boolean {
  return /^\d+$/u.test(text) && Number.isSafeInteger(Number(text));
}
