import { PipelineError } from '../../operators/errors.ts';
import type { ExportWords } from './export-kind.ts';
import type { ExportPart } from './export-manifest.ts';
import { reportOf } from './export-report.ts';
import { counted } from '../../operators/message-words.ts';
import { type ComparedNames, otherImages } from '../files/other-images.ts';

/** What knows its words. */
interface Worded {
  readonly words: ExportWords;
}

/**
 * Refusal of a folder: it holds something that this export cannot be written to.
 *
 * @param why Follows the name of the folder. @param options Options that it names.
 */
export function refused(folder: string, why: string, options?: readonly string[]): PipelineError {
  return new PipelineError('ERR_CONFIG', `\`${folder}\` ${why}`, { path: folder, options });
}

/** Refusal of a folder with shards by an export that is none. */
export function holdsShards({ words }: Worded, folder: string, of: number): PipelineError {
  return refused(
    folder,
    `holds ${words.a} in ${of} shards. Run \`finalize\` when all are done, ` +
      `or say with \`shard: i/${of}\` which of them to ${words.make}.`,
    ['shard'],
  );
}

/** Refusal of a folder with shards by a shard of another number of them. */
export function holdsOtherShards(
  { words }: Worded,
  folder: string,
  of: number,
  ours: number,
): PipelineError {
  return refused(
    folder,
    `holds ${words.a} in ${of} shards, and this is one of ${ours}. ` +
      `Give \`shard: i/${of}\`, or choose another folder.`,
    ['shard'],
  );
}

/** Refusal of a folder with an unfinished export without shards by a shard. */
export function holdsUnfinishedWhole({ words }: Worded, folder: string): PipelineError {
  return refused(
    folder,
    `holds an unfinished ${words.one} without shards. Continue it without \`shard\`, or choose another folder.`,
    ['shard'],
  );
}

/** Refusal of a folder with an export of another kind. */
export function holdsOtherKind({ words }: Worded, folder: string, format: string): PipelineError {
  return refused(
    folder,
    `holds no ${words.of} but a manifest of \`${format}\`. Choose an empty or a new folder.`,
  );
}

/** Refusal of a folder with files of something else. */
export function holdsForeignFile(folder: string, name: string): PipelineError {
  return refused(
    folder,
    `holds other files, such as \`${name}\`. Choose an empty or a new folder.`,
  );
}

/** Refusal to begin an export again. @param what Such as `export` or `shard 2/8 of an export`. */
export function holdsAlready(
  folder: string,
  what: string,
  { done, parts }: { readonly done: boolean; readonly parts: readonly ExportPart[] },
): PipelineError {
  if (!done) {
    return refused(
      folder,
      `holds an unfinished ${what} already. Continue it with \`resume: true\`, or choose another folder.`,
      ['resume'],
    );
  }
  const { rows, bad } = reportOf(folder, { parts });
  const others = bad === 0 ? '' : `, or try the others again with \`retryBad: true, resume: true\``;
  return refused(
    folder,
    `holds a finished ${what} already: ${counted(rows, 'row')}, ${counted(bad, 'image')} left out. Choose another folder${others}.`,
    ['retryBad', 'resume'],
  );
}

/** Refusal to try the bad images of a shard again whose other shards know the images as they were. */
export function othersWereRepaired(folder: string): PipelineError {
  return refused(
    folder,
    'holds a shard of images that have been repaired since, and the other shards were made before. Run `finalize` ' +
      'first, then try the bad images again with `retryBad: true, resume: true`, without `shard`.',
    ['retryBad', 'resume', 'shard'],
  );
}

/** Refusal to try the bad images of a shard again that has become part of a finished export. */
export function isFinalized({ words }: Worded, folder: string): PipelineError {
  return refused(
    folder,
    `holds the finished ${words.one} that this shard has become a part of. Try its bad images again without \`shard\`.`,
    ['shard'],
  );
}

/** Refusal to continue an export of another identity. */
export function madeOfSomethingElse(folder: string, differences: readonly string[]): PipelineError {
  return refused(
    folder,
    `was made with something else: ${differences.join('; ')}. ` +
      'Continue with the same, or choose another folder.',
    ['split'],
  );
}

/** Refusal to join other images under the same names. @param changed Ids of images that are others, 1 or more. */
export function ofOtherImages(
  { words }: Worded,
  folder: string,
  changed: readonly string[],
  names: ComparedNames,
): PipelineError {
  return otherImages(folder, changed, { ...names, when: `when this ${words.one} was begun` });
}

/** A word at the beginning of a sentence. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
