import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { shownNames } from '../../operators/message-words.ts';
import { besideFile } from './beside-file.ts';
import type { FoundFile } from './found-file.ts';
import { openVectorTable } from './open-vector-table.ts';
import { suffixFor } from './vector-location.ts';
import type { VectorTable } from './vector-table.ts';

/**
 * Tells of a table that lies beside an array on a disk, by names as clip-retrieval and others give them, has as many rows, and may
 * hold its ids and classes: its columns are not guessed, but shown.
 *
 * @returns A sentence; empty without such a table.
 */
export async function tablesBeside(
  found: FoundFile,
  { rows }: VectorTable,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  // On a server each name is a request.
  if (found.place.store.isRemote) return [];
  for (const name of tableNames(found.object.key)) {
    const file = await besideFile(found, name, signal);
    const table = file === undefined ? undefined : await opened(file, signal);
    if (table === undefined || (table.rows !== undefined && table.rows !== rows)) continue;
    const columns = table.columns.filter(({ kind }) => kind === 'text' || kind === 'integer');
    const [first] = columns;
    const hasVectors = table.columns.some(({ kind }) => kind === 'vector');
    if (first === undefined || hasVectors) continue;
    const names = shownNames(
      columns.map((column) => column.name),
      10,
    );
    const location = `${found.url}${suffixFor('id', `${name}:${first.name}`)}`;
    return [
      `\`${table.url}\` lies beside \`${found.url}\`, with ${names}: name those of ids and classes, as \`${location}\``,
    ];
  }
  return [];
}

/** A table; undefined of what is none. */
async function opened(file: FoundFile, signal?: AbortSignal): Promise<VectorTable | undefined> {
  try {
    return (await openVectorTable(file, signal)).table;
  } catch (error) {
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}

const endings = ['parquet', 'arrow', 'feather', 'csv', 'tsv'] as const;

/** `img_emb/img_emb_0.npy` has `metadata/metadata_0.parquet`; others have tables of their own name, or `metadata`. */
function tableNames(key: string): readonly string[] {
  const stem = path.basename(key).replace(/\.[^.]*$/u, '');
  const [number] = /_\d+$/u.exec(stem) ?? [];
  const stems = [
    ...(number === undefined ? [] : [`../metadata/metadata${number}`, `metadata${number}`]),
    stem,
    `${stem}_metadata`,
    'metadata',
    'index',
  ];
  return stems.flatMap((one) => endings.map((ending) => `${one}.${ending}`));
}
