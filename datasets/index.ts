// Where images come from, for use without the command line.

export { openDataset } from './open-dataset.ts';
export type { OpenDatasetOptions } from './open-dataset.ts';
export { openImageFolder } from './image-folder.ts';
export { openPreparedFolder } from './prepared-folder.ts';
export { openSynthetic } from './synthetic.ts';
export { asOneClass } from './as-one-class.ts';
export { limitPerClass } from './limit-per-class.ts';
export { onlyClasses } from './only-classes.ts';
export { writeSyntheticFolder } from './write-synthetic-folder.ts';
