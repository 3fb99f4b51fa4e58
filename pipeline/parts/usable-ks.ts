import { PipelineError } from '../../operators/errors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { UsageError } from '../options/usage-error.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/** Numbers of neighbours as wanted. */
export interface WantedKs {
  /** Null for the default. */
  readonly k: readonly number[] | null;
  readonly leaveOneOut: boolean;
}

/** Numbers of neighbours of the paper, where there are so many. */
const defaultKs: readonly number[] = [1, 5];

/**
 * The numbers of neighbours that a set can give. What the default asks too much is dropped, with a note.
 *
 * @throws {UsageError} When a number that was asked for is above the images with a class.
 * @throws {PipelineError} `ERR_FORMAT` when there is nothing to compare with.
 */
export function usableKs(
  train: Pick<VectorSet, 'name' | 'labels'>,
  { k: given, leaveOneOut }: WantedKs,
  note: TellNote,
): readonly number[] {
  const images = train.labels.reduce((count, label) => count + (label < 0 ? 0 : 1), 0);
  const most = leaveOneOut ? images - 1 : images;
  if (most < 1) throw nothingToCompare(train.name, images);
  const k = given ?? defaultKs;
  const tooLarge = k.filter((one) => one > most);
  if (tooLarge.length === 0) return k;
  const why =
    `\`${train.name}\` has ${counted(images, 'image')} with a class` +
    (leaveOneOut ? ', and none is its own neighbour' : '');
  if (given !== null) {
    throw new UsageError(
      `Expected \`k\` to be numbers from 1 to ${most}, got \`${tooLarge.join(', ')}\`: ${why}`,
      { options: ['k'] },
    );
  }
  note(`k-NN without k = ${tooLarge.join(', ')}: ${why}`);
  return k.filter((one) => one <= most);
}

function nothingToCompare(name: string, images: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    images === 0
      ? `\`${name}\` holds no image with a class: there is nothing to compare with. Embed a folder with a sub-folder for each class, or name that column of a file: \`FILE?label=COLUMN\`.`
      : `\`${name}\` holds one image with a class, which is not its own neighbour. Give another folder as \`test\`, or embed more images.`,
    { path: name, options: images === 0 ? [] : ['test'] },
  );
}
