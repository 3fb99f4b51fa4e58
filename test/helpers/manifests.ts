import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { openDataset, type OpenDatasetOptions } from '../../datasets/open-dataset.ts';
import type { Dataset } from '../../operators/types.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A folder with files of some texts. */
export async function folderOfTexts(
  t: ExecutionContext,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const root = await temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await fs.writeFile(path.join(root, name), text);
  }
  return root;
}

/** Opens a manifest of a text. */
export async function openText(
  t: ExecutionContext,
  name: string,
  text: string | Uint8Array,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  return await openDataset(path.join(await folderOfTexts(t, { [name]: text }), name), options);
}

/** Ids, each with its classes. */
export function shownSamples(data: Dataset): readonly string[] {
  return Array.from({ length: data.count }, (_, position) => {
    const { id, label, labels } = data.sample(position);
    const main = label === null ? '-' : data.classes[label]!;
    const all = labels?.map((one) => data.classes[one]!).join('+');
    return `${id} ${main}${all === undefined ? '' : ` (${all})`}`;
  });
}
