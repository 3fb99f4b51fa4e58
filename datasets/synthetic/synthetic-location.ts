import { PipelineError } from '../../operators/errors.ts';
import type { Dataset } from '../../operators/types.ts';
import { openSynthetic, type OpenSyntheticOptions, type SyntheticSplit } from './synthetic.ts';

/**
 * Opens `synthetic:shapes?classes=10&count=1000&size=32&seed=0&split=train`, each setting of which may be left out.
 *
 * @param split Counts more than the one in the location.
 * @throws {PipelineError} `ERR_DATASET` when it is no such location.
 * @throws {RangeError} When a setting is out of its range.
 */
export function openSyntheticLocation(location: string, split?: string): Dataset {
  return openSynthetic(optionsOf(location, split));
}

const numberKeys = ['classes', 'count', 'size', 'seed'] as const;

function optionsOf(location: string, split: string | undefined): OpenSyntheticOptions {
  const refuse = (expected: string, got: string): PipelineError =>
    new PipelineError('ERR_DATASET', `Expected ${expected} in \`${location}\`, got \`${got}\``);
  const [family, query = ''] = location.slice('synthetic:'.length).split('?', 2);
  if (family !== 'shapes') {
    throw refuse('`shapes`, as in `synthetic:shapes?count=1000`,', family ?? '');
  }
  const options: { [key in (typeof numberKeys)[number]]?: number } & { split?: SyntheticSplit } =
    {};
  const setSplit = (value: string): void => {
    if (value !== 'train' && value !== 'test') throw refuse('the split `train` or `test`', value);
    options.split = value;
  };
  for (const [key, value] of new URLSearchParams(query)) {
    const number = numberKeys.find((known) => known === key);
    if (number !== undefined) {
      if (!/^-?\d+$/.test(value)) throw refuse(`\`${key}\` to be a whole number`, value);
      options[number] = Number(value);
    } else if (key === 'split') setSplit(value);
    else throw refuse(`${numberKeys.map((known) => `\`${known}\``).join(', ')} or \`split\``, key);
  }
  if (split !== undefined) setSplit(split);
  return options;
}
