import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import { UsageError } from '../options/usage-error.ts';
import { type RunConfig, viewsOf } from './run-config.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/**
 * Looks whether the images of a batch have others of their class in it. With two views of each image or more they do.
 *
 * @throws {UsageError} When no batch holds two images of a class: the loss would be undefined in every step.
 */
export function checkPositives(
  { classesPerBatch: classes }: Pick<ClassWalks, 'classesPerBatch'>,
  config: Pick<RunConfig, 'loss' | 'views' | 'batchSize' | 'recipe'>,
  note: TellNote,
): void {
  const { loss, views, batchSize } = config;
  if (viewsOf(config) > 1 || loss.name === 'cross-entropy' || isByImage(loss)) return;
  // Two images of each class would need so many places.
  const missing = 2 * classes - batchSize;
  if (missing <= 0) return;
  const options = ['views', 'batchSize', 'classesPerBatch'];
  const half = Math.floor(batchSize / 2);
  const wayOut =
    half < 2
      ? `\`views: 2\`, or a \`batchSize\` of at least ${2 * classes}`
      : `\`views: 2\`, a \`batchSize\` of at least ${2 * classes}, or \`classesPerBatch\` of at most ${half}`;
  if (missing >= batchSize) {
    throw new UsageError(
      `Expected \`views\` to be at least 2 where a batch of ${batchSize} images holds one of each of ${classes} classes, ` +
        `got \`${views}\`: no image has another of its class beside it, and the loss is undefined. Give ${wayOut}`,
      { options },
    );
  }
  note(
    `in each batch no other of their class is beside ${missing} of ${counted(batchSize, 'image')}, which are no anchors ` +
      `(\`anchors_without_positive\` in metrics.arrows). All are with ${wayOut}`,
    options,
  );
}
