import { identity, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { digestText } from '../../operators/image-content.ts';
import { counted } from '../../operators/message-words.ts';
import type { Dataset, ViewBatch } from '../../operators/types.ts';
import type { TrainOptions } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import { imageList } from './image-list.ts';
import type { Training } from './open-training.ts';
import type { TellNote } from './run-event.ts';

/** Watch over images to train on that are validated on as well. */
export interface ValidatedTwice {
  /** Looks at every batch and passes it on. */
  readonly watch: MonoTypeOperatorFunction<ViewBatch>;
  /** What it needs to know of images that are read. */
  readonly identify: 'read' | false;
}

/** Who hears of such images, and what ends their search. */
export interface ValidatedTwiceOptions {
  readonly signal: AbortSignal;
  readonly note: TellNote;
}

/**
 * Looks, in the first epoch of a run, for images whose files are among those of the split that it is validated on, by
 * SHA-256, and tells of them once: when the epoch has ended, or the run.
 *
 * Reads the images to validate on, where their content is not known; those in a store are not read twice, and not
 * looked for. Memory: some 200 bytes for each.
 *
 * @throws What reading throws, other than that an image cannot be read; the reason of `signal`.
 */
export async function validatedTwice(
  { validation, walks, startAt }: Pick<Training, 'validation' | 'walks' | 'startAt'>,
  { validate }: Pick<Resolved<TrainOptions>, 'validate'>,
  { signal, note }: ValidatedTwiceOptions,
): Promise<ValidatedTwice> {
  const query = validation?.sets.query;
  // Images that are held out are others by themselves.
  const isSplit = typeof validate === 'string';
  const isNear = query?.content !== undefined || query?.locate !== undefined;
  if (query === undefined || !isSplit || !isNear || startAt >= walks.batchesPerEpoch) {
    return { watch: identity, identify: false };
  }
  const { digests } = await imageList(query, { signal, onProgress: () => {} });
  const tell = (found: readonly FoundTwice[]): void => {
    const [first] = found;
    if (first === undefined) return;
    note(
      `${counted(found.length)} of ${counted(query.count, 'image')} to validate on ` +
        `${found.length === 1 ? 'is' : 'are'} trained on as well (same file): ` +
        `\`${query.sample(first.validated).id}\` is \`${first.trained}\`. What is measured on them is too good`,
      ['validate'],
    );
  };
  return { watch: watchFor(placesOf(digests, query), tell), identify: 'read' };
}

/** Position of an image to validate on, and the id of one to train on with the same content. */
interface FoundTwice {
  readonly validated: number;
  readonly trained: string;
}

/** Position of each image by its SHA-256, where that is known. */
function placesOf(
  digests: Uint8Array | undefined,
  { count }: Pick<Dataset, 'count'>,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (let image = 0; image < count; image += 1) {
    const digest = digestText(digests, image);
    if (digest !== null) places.set(digest, image);
  }
  return places;
}

function watchFor(
  places: ReadonlyMap<string, number>,
  tell: (found: readonly FoundTwice[]) => void,
): MonoTypeOperatorFunction<ViewBatch> {
  const found = new Map<number, string>();
  let isTold = false;
  const see = ({ samples }: ViewBatch): void => {
    for (const { id, content } of samples) {
      const image = content === undefined ? undefined : places.get(content.sha256);
      if (image !== undefined && !found.has(image)) found.set(image, id);
    }
  };
  const end = (): void => {
    if (!isTold) tell([...found].map(([validated, trained]) => ({ validated, trained })));
    isTold = true;
  };
  return tap({ next: (batch) => (batch.plan.epoch === 0 ? see(batch) : end()), complete: end });
}
