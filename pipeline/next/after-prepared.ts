import { benchVerb } from '../options/bench-options.ts';
import type { PrepareOptions } from '../options/prepare-options.ts';
import { trainVerb } from '../options/train-options.ts';
import { runFor } from './after-images.ts';
import type { GivenOptions } from './command-words.ts';
import { nextStep, type NextSteps } from './next-step.ts';

/** Steps after a prepared dataset. @param options That it was made with, where they are known. */
export function afterPrepared(
  folder: string,
  {
    imageSize,
    augmentation,
  }: Pick<GivenOptions<PrepareOptions>, 'imageSize' | 'augmentation'> = {},
): NextSteps {
  const views = { imageSize, augmentation };
  return [
    nextStep('train on it', trainVerb, { data: folder, ...views, out: runFor(folder) }),
    nextStep('how fast it is loaded', benchVerb, { part: 'loader', data: folder, ...views }),
  ];
}
