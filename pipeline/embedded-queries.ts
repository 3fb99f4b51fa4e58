import fs from 'node:fs/promises';
import path from 'node:path';
import { kindOfFile } from '../datasets/records/listed-names.ts';
import { writeAtomicFile } from '../operators/files/atomic-file.ts';
import { isFolder } from '../operators/files/stat-of.ts';
import { schemeOf } from '../operators/location-scheme.ts';
import { embed } from './embed.ts';
import type { NeighboursOptions } from './options/neighbours-options.ts';
import type { Resolved } from './options/verb.ts';
import type { TellNote } from './parts/run-event.ts';
import { retelling, runNested } from './parts/run-nested.ts';
import type { OpeningScope } from './parts/start-run.ts';

/**
 * Embeds the images that a search asks for into `queries` in its folder, with the preprocessing of the model, as `embed`
 * does.
 *
 * @returns The folder of that export.
 * @throws {PipelineError} As `embed`.
 */
export async function embeddedQueries(
  { query, split, model, out, resume, engine, device, threads }: Resolved<NeighboursOptions>,
  scope: OpeningScope,
  note: TellNote,
): Promise<string> {
  const folder = path.join(out, 'queries');
  // An earlier answer is replaced, like all files of a result.
  if (!resume) await fs.rm(folder, { recursive: true, force: true });
  const isBegun = await isFolder(folder);
  const images = isImageFile(query) ? await listOfOne(query, out) : { data: query };
  const computing = { engine, device, threads };
  // It is only called with a model.
  const run = embed({
    ...images,
    split,
    model: model!,
    out: folder,
    resume: isBegun,
    ...computing,
  });
  const names = { data: 'query' };
  await runNested(
    scope,
    run,
    retelling({ tell: scope.tell, note }, (progress) => progress, { names, opening: 'data' }),
  );
  return folder;
}

function isImageFile(query: string): boolean {
  return schemeOf(query) === null && kindOfFile(query) === 'image';
}

/** Writes a manifest of one image, whose id is the name of its file. */
async function listOfOne(
  file: string,
  out: string,
): Promise<{ readonly data: string; readonly imageRoot: string }> {
  const list = path.join(out, 'query.jsonl');
  const row = { image: path.resolve(file), id: path.basename(file) };
  await writeAtomicFile(list, `${JSON.stringify(row)}\n`);
  return { data: list, imageRoot: path.dirname(row.image) };
}
