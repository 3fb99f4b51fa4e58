// Where images come from, for use without the command line.

export { openDataset } from './open-dataset.ts';
export type { OpenDatasetOptions } from './open-dataset.ts';
export { openImageFolder } from './image-folder.ts';
export type { ImageFolder, OpenImageFolderOptions } from './image-folder.ts';
export { asOneClass } from './as-one-class.ts';
export { limitPerClass } from './limit-per-class.ts';
export { onlyClasses } from './only-classes.ts';
export type { ClassChoice } from './only-classes.ts';
export { openSynthetic } from './synthetic.ts';
export type { OpenSyntheticOptions, SyntheticSplit } from './synthetic.ts';
export { renderSynthetic, syntheticClasses } from './synthetic-images.ts';
export type { RenderSyntheticOptions } from './synthetic-images.ts';
export { writeSyntheticFolder } from './write-synthetic-folder.ts';
export type {
  WriteSyntheticFolderOptions,
  WriteSyntheticProgress,
} from './write-synthetic-folder.ts';
