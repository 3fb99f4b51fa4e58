import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { Dataset } from '../../operators/types.ts';
import { subset } from './subset.ts';

/**
 * Subset without the samples of some ids, such as near-duplicates that are to be dropped; in the same order, with the same
 * classes, one that has lost all its samples included. How many are left out is a note of the result.
 *
 * Without any ids it is the dataset itself. Holds 4 bytes for each sample that stays.
 *
 * @param dataset Borrowed: the part reads from it.
 * @throws {PipelineError} `ERR_DATASET` when no sample has one of the ids, or every sample.
 * @example
 * ```ts
 * const photos = await openDataset('photos');
 * const others = withoutIds(photos, new Set(['cat/1.jpg', 'dog/7.jpg']));
 * ```
 */
export function withoutIds(dataset: Dataset, ids: ReadonlySet<string>): Dataset {
  const notes = dataset.notes ?? [];
  if (ids.size === 0) return { ...dataset, notes: [...notes, emptyNote] };
  const kept: number[] = [];
  const found = new Set<string>();
  for (let position = 0; position < dataset.count; position += 1) {
    const { id } = dataset.sample(position);
    if (ids.has(id)) found.add(id);
    else kept.push(position);
  }
  if (found.size === 0 || kept.length === 0) throw noneOrAll(dataset, ids, kept.length);
  const part = subset(dataset, Uint32Array.from(kept), { origin: dataset.hash });
  const left = `\`exclude\` leaves out ${counted(dataset.count - kept.length)} of ${counted(dataset.count, 'image')}`;
  const others = ids.size - found.size;
  const text =
    others === 0 ? left : `${left}; ${counted(others, 'id')} that it lists are not there`;
  return { ...part, notes: [...notes, { text, options: ['exclude'] }] };
}

const emptyNote = { text: '`exclude` lists no id: all images are used', options: ['exclude'] };

function noneOrAll(dataset: Dataset, ids: ReadonlySet<string>, kept: number): PipelineError {
  const { name } = dataset;
  const [listed] = ids;
  const text =
    kept === 0
      ? `\`exclude\` lists every image of ${shownName(name)}: none is left`
      : `No id of ${shownName(name)}, such as \`${dataset.sample(0).id}\`, is among those of \`exclude\`, such as \`${listed}\`. ` +
        'Give the list of these images, or name its column of ids: `FILE?id=COLUMN`';
  return new PipelineError('ERR_DATASET', text, { options: ['exclude'] });
}
