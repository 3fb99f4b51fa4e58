import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { isFolder, statOf } from '../../operators/files/stat-of.ts';
import { configName } from './saved-config.ts';
import { andMore } from '../../operators/message-words.ts';

/**
 * Tests whether a folder is meant to be a run: its configuration says so, or is damaged. Models of others have a
 * `config.json` too.
 */
export async function isRun(folder: string): Promise<boolean> {
  try {
    const saved = await readJsonObject(path.join(folder, configName));
    return saved !== undefined && 'format' in saved;
  } catch {
    // What is wrong with the file is found, and told, by whoever reads it.
    return await isFolder(folder);
  }
}

/** The error of a path that is no run folder: what it is instead, and what was probably meant. */
export async function notARun(given: string): Promise<PipelineError> {
  const stat = await statOf(given);
  const why =
    stat === undefined
      ? `There is no \`${given}\`. Give the folder of a run, which \`train\` writes`
      : stat.isDirectory()
        ? await whyFolder(given)
        : await whyFile(given);
  return new PipelineError(stat === undefined ? 'ERR_READ' : 'ERR_FORMAT', `${why}.`, {
    path: given,
  });
}

async function whyFile(given: string): Promise<string> {
  const is = `\`${given}\` is a file; give the folder of a run, which \`train\` writes`;
  const folder = path.dirname(given);
  for (const around of [folder, path.dirname(folder)]) {
    if (await isRun(around)) return `${is}: here \`${around}\``;
  }
  return /\.onnx$/iu.test(given) ? is : `${is} (\`embed\` also takes \`.onnx\` files)`;
}

/** Most models that are named. */
const mostNamed = 4;

async function whyFolder(given: string): Promise<string> {
  const none = `\`${given}\` holds no run: its \`${configName}\` is missing or of another program`;
  const models = await modelsIn(given);
  if (models.length === 0) return `${none}. Make a run with \`train\``;
  const shown = models.slice(0, mostNamed).map((model) => `\`${model}\``);
  return `${none}. To embed with a model in it, give its file: ${shown.join(', ')}${andMore(models.length - shown.length)}`;
}

/** Most folders that are looked into: one of images may hold a hundred thousand. */
const mostFolders = 100;

/** ONNX files in a folder and in the first ones of those in it. */
async function modelsIn(folder: string): Promise<readonly string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const names = await Promise.all(
    ['', ...inner.slice(0, mostFolders)].map(async (name) => {
      // A hint: what may not be listed is not hinted at.
      const files = await fs.readdir(path.join(folder, name)).catch(() => []);
      return files.map((file) => path.join(folder, name, file));
    }),
  );
  return names
    .flat()
    .filter((file) => /\.onnx$/iu.test(file))
    .sort();
}
