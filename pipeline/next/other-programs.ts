import type { NextStep } from './next-step.ts';

/** Step to look at a folder in TensorBoard. */
export function tensorBoardStep(folder: string): NextStep {
  return {
    about: 'look at it in TensorBoard',
    program: 'tensorboard',
    words: ['--logdir', asPath(folder)],
  };
}

/** Step to look at a map in Embedding Atlas. @param columns Of the map. */
export function embeddingAtlasStep(file: string, columns: readonly string[]): NextStep {
  const image = columns.includes('image') ? ['--image', 'image'] : [];
  const places = ['--x', 'x', '--y', 'y', '--neighbors', 'neighbors'];
  return {
    about: 'look at it in Embedding Atlas',
    program: 'embedding-atlas',
    words: [asPath(file), ...places, ...image],
  };
}

/** A path that no program takes for a flag. */
function asPath(given: string): string {
  return given.startsWith('-') ? `./${given}` : given;
}
