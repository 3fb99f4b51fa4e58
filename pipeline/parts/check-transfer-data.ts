import path from 'node:path';
import { meantSplit, wholeFolder } from '../../datasets/records/split-errors.ts';
import { foldersIn } from '../../datasets/folder/folder-listing.ts';
import { sourceOf, sources } from '../../datasets/sources.ts';
import { shownNames } from '../../operators/message-words.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { TransferOptions } from '../options/transfer-options.ts';
import type { Resolved } from '../options/verb.ts';
import { checkOutside } from './check-outside.ts';

const splitKeys = ['splitTrain', 'splitTest'] as const;

type DataOfTransfer = Pick<Resolved<TransferOptions>, 'data' | 'out' | (typeof splitKeys)[number]>;

/**
 * Checks both splits of a transfer before the first part begins, where they are folders: other sources check theirs when they
 * are opened.
 *
 * @throws {UsageError} When `out` lies among the images.
 * @throws {PipelineError} `ERR_DATASET` when there is no folder of a split, with the one that was meant.
 */
export async function checkTransferData(
  options: DataOfTransfer,
  signal: AbortSignal,
): Promise<void> {
  const { data, out } = options;
  if (schemeOf(data) !== null) return;
  const source = await sourceOf(data, { split: options.splitTrain, signal });
  if (source !== sources.folder && source !== sources.prepared) return;
  const folders = await foldersIn(data, path.resolve(data), signal);
  const absent = splitKeys.filter(
    (key) => options[key] !== wholeFolder && !folders.includes(options[key]),
  );
  if (absent.length > 0) throw withoutSplits(options, folders, absent);
  for (const key of splitKeys) await checkOutside({ data, out, split: options[key] });
}

function withoutSplits(
  options: DataOfTransfer,
  folders: readonly string[],
  absent: readonly (typeof splitKeys)[number][],
): PipelineError {
  const { data } = options;
  const names = absent.map((key) => `\`${options[key]}\``);
  const meant = absent.flatMap((key) => {
    const folder = meantSplit(options[key], folders);
    return folder === undefined ? [] : [`\`${key}: ${folder}\``];
  });
  const wayOut =
    meant.length === absent.length
      ? `Did you mean ${meant.join(' and ')}?`
      : folders.length === 0
        ? 'It holds no folders: give the one that both are in'
        : `It holds ${shownNames(folders)}: name two of them with \`splitTrain\` and \`splitTest\``;
  return new PipelineError(
    'ERR_DATASET',
    `\`${data}\` has no folder ${names.join(' and none ')}. Expected a split of training images and one of test ` +
      `images, each with a folder for each class. ${wayOut}`,
    { path: path.resolve(data), options: splitKeys },
  );
}
