import path from 'node:path';
import { schemeOf } from '../../../operators/location-scheme.ts';
import type { FoundFolder } from './material.ts';

/**
 * Names of folders in a page: below what was given, or below the folder that all of it lies in. So a page says nothing of where
 * on a machine its results were.
 *
 * @param given Folders that were given, at least one. @param results Folders that are results themselves.
 * @returns From the path of a folder to its name, with slashes.
 */
export function pageNames(
  given: readonly string[],
  results: readonly string[],
): (folder: string) => string {
  const known = new Set(results.map((folder) => path.resolve(folder)));
  const tops = given.map((one) => path.resolve(one));
  const isWhole = tops.length === 1 && !known.has(tops[0]!);
  const base = isWhole ? tops[0]! : commonFolder(tops.map((top) => path.dirname(top)));
  return (folder) => {
    const name = path.relative(base, path.resolve(folder)).split(path.sep).join('/');
    return name === '' ? path.basename(base) : name;
  };
}

/** A message about folders with their names in the page in the place of their paths. */
export function placeless(text: string, folders: readonly FoundFolder[]): string {
  return folders
    .toSorted((a, b) => b.path.length - a.path.length)
    .reduce((told, { path: place, name }) => told.replaceAll(place, name), text);
}

/**
 * A message about images without where on a machine they are: of a path stays its last part, also at the head of the paths of
 * files in it. An address stays as it is.
 *
 * @param place `Dataset.name`, which of files with several splits ends in the split: `/data/cifar-10-batches-bin, test`.
 */
export function placelessImages(text: string, place: string): string {
  if (schemeOf(place) !== null) return text;
  const location = /^(.+), [^,/]+$/su.exec(place)?.[1] ?? place;
  const resolved = path.resolve(location);
  const either = [resolved, location].map((one) => one.replaceAll(/[$()*+.?[\\\]^{|}]/gu, '\\$&'));
  // Messages quote paths; elsewhere the same letters may be part of an id.
  const quoted = new RegExp(`(?<=[\`'])(?:${either.join('|')})(?=[\`'/\\\\,])`, 'gu');
  return text.replaceAll(quoted, () => path.basename(resolved));
}

/** The deepest folder that all lie in. */
function commonFolder(folders: readonly string[]): string {
  const [first = path.sep, ...others] = folders;
  let common = first;
  while (others.some((one) => one !== common && !one.startsWith(withSeparator(common)))) {
    common = path.dirname(common);
  }
  return common;
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : `${folder}${path.sep}`;
}
