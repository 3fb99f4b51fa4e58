import { openDataset } from '../../datasets/open-dataset.ts';
import { takeFingerprint } from '../../operators/stages/take-fingerprint.ts';
import { listOptions, type ListOptions } from '../options/data-options.ts';
import type { TransferOptions } from '../options/transfer-options.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Resolved } from '../options/verb.ts';
import { readPermits } from './native-permits.ts';

type Splits = Pick<
  Resolved<TransferOptions>,
  'data' | 'splitTrain' | 'splitTest' | keyof ListOptions
>;

/**
 * Refuses two splits of the same images: one folder named twice, or two that hold the same files under the same names, as
 * far as their fingerprints say.
 *
 * @throws {UsageError} Naming both options.
 */
export async function refuseSameSplits(options: Splits, signal: AbortSignal): Promise<void> {
  const { data, splitTrain, splitTest } = options;
  if (splitTrain === splitTest) throw sameImages(options);
  const lists = listOptions(options);
  const [train, test] = [
    await openDataset(data, { split: splitTrain, ...lists, signal }),
    await openDataset(data, { split: splitTest, ...lists, signal }),
  ];
  if (train.hash !== test.hash) return;
  const reading = { permits: readPermits, signal };
  const known = await takeFingerprint(train, reading);
  const again = await takeFingerprint(test, reading);
  if (known.length === again.length && known.every((line, at) => line === again[at])) {
    throw sameImages(options);
  }
}

function sameImages({ data, splitTrain, splitTest }: Splits): UsageError {
  return new UsageError(
    `Expected \`splitTrain\` and \`splitTest\` to be different images of \`${data}\`, got \`${splitTrain}\` and ` +
      `\`${splitTest}\`: a classifier knows by heart what it has learnt from`,
    { options: ['splitTrain', 'splitTest'] },
  );
}
