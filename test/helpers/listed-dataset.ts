import type { Dataset } from '../../operators/types.ts';

/** A dataset without bytes whose class `label` has `sizes[label]` images; classes interleave. */
export function listedDataset(sizes: readonly number[], hash = 'listed'): Dataset {
  const classes = sizes.map((_, label) => `class-${String(label).padStart(5, '0')}`);
  const samples = sizes
    .flatMap((size, label) => Array.from({ length: size }, (_, index) => ({ label, index })))
    .sort((a, b) => a.index - b.index || a.label - b.label)
    .map(({ label, index }) => ({ id: `${classes[label]}/${index}`, label }));
  return {
    name: 'listed',
    classes,
    count: samples.length,
    hash,
    sample(position) {
      const sample = samples[position];
      if (sample === undefined) throw new RangeError(`No sample at \`${position}\``);
      return sample;
    },
    read: () => Promise.reject(new Error('A listed dataset has no bytes')),
  };
}
