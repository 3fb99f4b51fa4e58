import fs from 'node:fs/promises';
import path from 'node:path';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
import { counted } from '../../operators/message-words.ts';
import type { Inspection } from './inspection.ts';

const nothing = { metadata: {}, columns: [], tables: [], preview: [] } as const;

/**
 * Describes what no verb wrote and no verb reads, as far as its names and its first bytes say it.
 *
 * @param why What is wrong with it: a problem, but of an empty folder and of a single image.
 */
export async function inspectUnknown(given: string, why: string): Promise<Inspection> {
  const stat = await statGiven(given);
  return stat.isDirectory()
    ? await unknownFolder(given, why)
    : await unknownFile(given, stat.size, why);
}

async function unknownFile(given: string, bytes: number, why: string): Promise<Inspection> {
  const what = await kindInstead(given, 'a file of a kind that is not known');
  return {
    path: given,
    kind: 'file',
    what: what.replace(/^an? ./u, (start) => start.at(-1)!.toUpperCase()),
    facts: { bytes },
    ...nothing,
    problems: /^an? \w+ image$/u.test(what) ? [] : [why],
  };
}

/** Maximum endings of names that are told. */
const mostEndings = 5;

async function unknownFolder(given: string, why: string): Promise<Inspection> {
  let [files, folders] = [0, 0];
  const endings = new Map<string, number>();
  for await (const entry of await fs.opendir(given)) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders += 1;
    else files += 1;
    const ending = entry.isDirectory() ? '' : path.extname(entry.name).toLowerCase();
    // Of names without end no more than some are kept.
    if (ending !== '' && (endings.has(ending) || endings.size < 1000)) {
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  }
  const common = [...endings].sort(([, a], [, b]) => b - a).slice(0, mostEndings);
  const isEmpty = files + folders === 0;
  return {
    path: given,
    kind: 'folder',
    what: isEmpty ? 'Empty folder' : 'Folder with nothing that is known',
    facts: {
      files,
      folders,
      ...(common.length === 0
        ? {}
        : { endings: common.map(([name, count]) => `${name} ${counted(count)}`) }),
    },
    ...nothing,
    problems: isEmpty ? [] : [why],
  };
}
