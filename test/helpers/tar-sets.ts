import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { openTar, type OpenTarOptions } from '../../datasets/tar/open-tar.ts';
import type { Dataset } from '../../operators/types.ts';
import { type MadeMember, tarOf } from './tar-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Members by their names, each with its own name as content, but for those that are given. */
export type Contents = readonly string[] | Readonly<Record<string, string | Uint8Array>>;

/** Members as `tarOf` takes them. */
export function membersOf(contents: Contents): readonly MadeMember[] {
  return Array.isArray(contents)
    ? contents.map((name: string) => ({ name, content: name }))
    : Object.entries(contents).map(([name, content]) => ({ name, content: content as string }));
}

/** A folder of archives, by their names. */
export async function tarFolder(
  t: ExecutionContext,
  archives: Readonly<Record<string, Contents | Buffer>>,
): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, contents] of Object.entries(archives)) {
    const file = path.join(folder, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    const bytes = Buffer.isBuffer(contents) ? contents : await tarOf(membersOf(contents));
    await fs.writeFile(file, bytes);
  }
  return folder;
}

/** An archive, opened. */
export async function openedTar(
  t: ExecutionContext,
  contents: Contents | Buffer,
  options: OpenTarOptions = {},
): Promise<Dataset> {
  return await openTar(path.join(await tarFolder(t, { 'a.tar': contents }), 'a.tar'), options);
}

/** Id and class of each image. */
export function labelled(dataset: Dataset): readonly string[] {
  return Array.from({ length: dataset.count }, (_, position) => {
    const { id, label, labels } = dataset.sample(position);
    const names = (labels ?? (label === null ? [] : [label])).map((at) => dataset.classes[at]);
    return `${id}: ${names.join(', ')}`;
  });
}

/** The notes of a dataset, each on a line of its own. */
export function notesText({ notes = [] }: Dataset): string {
  return notes.map(({ text }) => text).join('\n');
}

/** The text of each image. */
export async function textsOf(dataset: Dataset): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let position = 0; position < dataset.count; position += 1) {
    texts.push(Buffer.from(await dataset.read(position)).toString());
  }
  return texts;
}
