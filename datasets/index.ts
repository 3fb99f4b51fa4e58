// Where images come from, for use without the command line.

export { openDataset } from './open-dataset.ts';
export type { OpenDatasetOptions } from './open-dataset.ts';
export { openImageFolder } from './folder/image-folder.ts';
export { openPreparedFolder } from './prepared/prepared-folder.ts';
export { openSynthetic } from './synthetic/synthetic.ts';
export { streamTar } from './tar/stream-tar.ts';
export type { StreamTarOptions } from './tar/stream-tar.ts';
export { asOneClass } from './subsets/as-one-class.ts';
export { holdOut } from './subsets/hold-out.ts';
export { limitPerClass } from './subsets/limit-per-class.ts';
export { onlyClasses } from './subsets/only-classes.ts';
export { withoutIds } from './subsets/without-ids.ts';
export { writeSyntheticFolder } from './synthetic/write-synthetic-folder.ts';
