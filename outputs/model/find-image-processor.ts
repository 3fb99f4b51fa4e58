import path from 'node:path';
import { isObject, readJsonObject } from '../../operators/files/json.ts';

/** A file that may say how images are prepared. */
interface ProcessorFile {
  readonly name: string;
  /** The part of it that does. */
  readonly section?: string;
  /** A field without which it does not. */
  readonly needs?: string;
}

/** Files in which Hugging Face says how images are prepared, in the order in which transformers 5 takes them. */
export const processorFiles: readonly ProcessorFile[] = [
  // Of models that take more than images; transformers 5 writes no other for them.
  { name: 'processor_config.json', section: 'image_processor' },
  { name: 'preprocessor_config.json' },
  // Of models of timm; others say something else there.
  { name: 'config.json', needs: 'pretrained_cfg' },
];

/** Configuration of an image processor, and its file. */
export interface FoundProcessor {
  readonly file: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Finds the image processor of a model: beside it, or one folder up, as in repositories with `onnx/model.onnx`.
 *
 * @param model Path of the ONNX file.
 * @param options.above Look one folder up, when nothing is beside it.
 * @returns Undefined when there is none.
 * @throws {PipelineError} `ERR_FORMAT` when a file is not JSON.
 */
export async function findImageProcessor(
  model: string,
  { above }: { readonly above: boolean },
): Promise<FoundProcessor | undefined> {
  const beside = path.dirname(model);
  // Not `..` alone: `onnx` may be a link, and its repository is where the path says.
  const folders = above ? [beside, path.dirname(path.resolve(beside))] : [beside];
  for (const folder of folders) {
    for (const { name, section, needs } of processorFiles) {
      const file = path.join(folder, name);
      const held = await readJsonObject(file);
      const config = section === undefined ? held : held?.[section];
      if (isObject(config) && (needs === undefined || needs in config)) return { file, config };
    }
  }
  return undefined;
}
