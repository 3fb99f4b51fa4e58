import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { Dataset } from '../../operators/types.ts';
import { openPreparedFolder, type OpenPreparedFolderOptions } from './prepared-folder.ts';
import { isPreparedFolder } from './prepared-manifest.ts';

/** The prepared dataset that a location with a split names: one folder for each split, or one of a single split. */
export async function preparedIn(
  location: string,
  split: string | undefined,
): Promise<string | undefined> {
  const below = path.join(location, split ?? '');
  if (await isPreparedFolder(below)) return below;
  return split !== undefined && (await isPreparedFolder(location)) ? location : undefined;
}

/**
 * Opens a prepared dataset, or with `split` the one of that name below a folder.
 *
 * @throws {PipelineError} `ERR_DATASET`, also when a split of a prepared dataset is asked for: it holds the images of one.
 */
export async function openPreparedSplit(
  location: string,
  { split, ...options }: OpenPreparedFolderOptions & { readonly split?: string | undefined },
): Promise<Dataset> {
  const folder = (await preparedIn(location, split)) ?? location;
  const isBelow = split === undefined || (await isPreparedFolder(path.join(location, split)));
  if (isBelow) return await openPreparedFolder(folder, options);
  throw new PipelineError(
    'ERR_DATASET',
    `\`${location}\` is a prepared dataset, which has no splits. Leave \`split\` out, or prepare each split into a folder of ` +
      `its own, such as \`${location}/${split}\``,
    { path: location, options: ['split'] },
  );
}
