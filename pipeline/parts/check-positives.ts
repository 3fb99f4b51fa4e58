import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import { UsageError } from '../options/usage-error.ts';
import { type RunConfig, viewsOf } from './run-config.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/**
 * Looks whether the images of a batch have others of their class in it. With two views of each image or more they do; with
 * one, the batches of the first epoch tell.
 *
 * @throws {UsageError} When no batch holds two images of a class: the loss would be undefined in every step.
 */
export function checkPositives(
  walks: Pick<ClassWalks, 'classesPerBatch' | 'batchesPerEpoch' | 'shares'>,
  config: Pick<RunConfig, 'loss' | 'views' | 'batchSize' | 'recipe'>,
  note: TellNote,
): void {
  const { loss, views, batchSize } = config;
  if (viewsOf(config) > 1 || loss.name === 'cross-entropy' || isByImage(loss)) return;
  const { classesPerBatch: classes } = walks;
  const missing = imagesAlone(walks);
  if (missing === 0) return;
  const options = ['views', 'batchSize', 'classesPerBatch'];
  const half = Math.floor(batchSize / 2);
  const wayOut =
    half < 2
      ? `\`views: 2\`, or a \`batchSize\` of at least ${2 * classes}`
      : `\`views: 2\`, a \`batchSize\` of at least ${2 * classes}, or \`classesPerBatch\` of at most ${half}`;
  if (missing >= batchSize) {
    throw new UsageError(
      `Expected \`views\` to be at least 2 where a batch of ${batchSize} images holds one of each class, ` +
        `got \`${views}\`: no image has another of its class beside it, and the loss is undefined. Give ${wayOut}`,
      { options },
    );
  }
  note(
    `in a batch no other of their class is beside ${shownAverage(missing)} of ${counted(batchSize, 'image')}, which are no anchors ` +
      `(\`anchors_without_positive\` in metrics.arrows). All are with ${wayOut}`,
    options,
  );
}

/** Images of a batch that are the only ones of their class in it: the average of an epoch. */
function imagesAlone({
  batchesPerEpoch,
  shares,
}: Pick<ClassWalks, 'batchesPerEpoch' | 'shares'>): number {
  let alone = 0;
  for (let batch = 0; batch < batchesPerEpoch; batch += 1) {
    alone += shares.at(batch).filter(({ images }) => images === 1).length;
  }
  return alone / batchesPerEpoch;
}

function shownAverage(images: number): string {
  return Number.isInteger(images) ? counted(images) : images.toFixed(1);
}
