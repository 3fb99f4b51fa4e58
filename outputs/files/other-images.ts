import { PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';

/** Datasets of the same names that are compared: where the images were, and where they are now. */
export interface ComparedNames {
  readonly before: string;
  readonly now: string;
}

/**
 * Refusal to go on with other images under the same names.
 *
 * @param changed Ids of images that are others, 1 or more.
 * @param when They had the bytes that are known, such as `when this export was begun`.
 */
export function otherImages(
  folder: string,
  changed: readonly string[],
  { before, now, when }: ComparedNames & { readonly when: string },
): PipelineError {
  const rest = changed.length - 1;
  const others = rest === 0 ? '' : `, and so ${rest === 1 ? 'has' : 'have'} ${counted(rest)} more`;
  const where = before === now ? '' : ` in \`${now}\``;
  return new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` belongs to other images: \`${changed[0]}\` has other bytes${where} than it had in ` +
      `\`${before}\` ${when}${others}. Continue with the same images, or choose another folder.`,
    { path: folder },
  );
}

/**
 * Note of images that have changed before they were of use, and are taken as they are now.
 *
 * @param changed Their ids, 1 or more.
 * @param since Such as `Changed since the run began, before it was drawn`.
 */
export function changedMeanwhile(
  changed: readonly string[],
  { since, taken }: { readonly since: string; readonly taken: string },
): string {
  const rest = changed.length - 1;
  const more =
    rest === 0 ? '' : ` (and ${counted(rest, 'more that was', 'more that were')} looked at)`;
  return `${since}: \`${changed[0]}\`${more}. It is ${taken} as it is now.`;
}
