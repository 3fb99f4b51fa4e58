import type { Dataset, Sample } from '../../operators/types.ts';
import { datasetHash } from '../records/dataset-hash.ts';

/** Options of `subset`: what becomes of classes and hash. */
export interface SubsetOptions {
  /** Classes that labels are positions in. @default those of the dataset */
  readonly classes?: readonly string[] | undefined;
  /** Label of a sample in `classes`. @default the one it has */
  readonly labelOf?: ((sample: Sample) => number | null) | undefined;
  /** Place in `classes` of a class that an image has beside others; -1 when it is gone. @default the one it has */
  readonly placeOf?: ((label: number) => number) | undefined;
  /** Hash of the dataset that it was taken from, where the new hash is to cover it. */
  readonly origin?: string | undefined;
}

/**
 * Subset of a dataset: the samples at some positions, under their own ids and in the order given.
 *
 * @param dataset Borrowed: the subset reads from it.
 * @param positions In the dataset, 4 bytes for each sample. Handed over.
 */
export function subset(dataset: Dataset, positions: Uint32Array, options: SubsetOptions): Dataset {
  const { classes = dataset.classes, labelOf = ({ label }) => label, origin } = options;
  const { placeOf = (label: number) => label } = options;
  const count = positions.length;
  const original = (position: number): number => {
    const found = positions[position];
    if (found !== undefined) return found;
    throw new RangeError(
      `Expected \`position\` to be an integer from 0 to ${count - 1}, got \`${position}\``,
    );
  };
  const sample = (position: number): Sample => {
    const { labels = [], ...whole } = dataset.sample(original(position));
    const kept = labels.map(placeOf).filter((label) => label >= 0);
    return { ...whole, label: labelOf(whole), ...(kept.length < 2 ? {} : { labels: kept }) };
  };
  return {
    name: dataset.name,
    classes,
    count,
    hash: datasetHash({ classes, count, sample, origin }),
    notes: dataset.notes,
    ...(dataset.version === undefined ? {} : { version: dataset.version }),
    ...(dataset.limitsReads === undefined ? {} : { limitsReads: dataset.limitsReads }),
    ...(dataset.traffic === undefined ? {} : { traffic: dataset.traffic }),
    sample,
    read: async (position, signal, maxBytes) =>
      await dataset.read(original(position), signal, maxBytes),
    ...(dataset.size === undefined
      ? {}
      : { size: async (position: number) => await dataset.size!(original(position)) }),
    ...(dataset.locate === undefined
      ? {}
      : { locate: (position: number) => dataset.locate!(original(position)) }),
    ...(dataset.content === undefined
      ? {}
      : { content: (position: number) => dataset.content!(original(position)) }),
    ...(dataset.prepared === undefined ? {} : { prepared: dataset.prepared }),
  };
}
