import { type BootstrapOptions, bootstrapValues } from '../intervals/bootstrap.ts';
import type { Statistic } from '../metrics/statistic.ts';

/** A statistic to be resampled over `n` images. */
export interface ResampledNumber {
  readonly n: number;
  readonly statistic: Statistic;
}

/**
 * Bootstrap distribution of each statistic over its images.
 *
 * Statistics of as many images share their resamples, which are a function of the seed and that number: each is drawn
 * once, and differences are paired.
 *
 * @returns `[resamples]` float64 for each; undefined where there is no image.
 */
export function resampledValues(
  numbers: readonly ResampledNumber[],
  options: BootstrapOptions,
): (Float64Array | undefined)[] {
  const values = numbers.map((): Float64Array | undefined => undefined);
  for (const size of new Set(numbers.map(({ n }) => n))) {
    if (size === 0) continue;
    const sharing = [...numbers.keys()].filter((at) => numbers[at]!.n === size);
    const statistics = sharing.map((at) => {
      const { statistic } = numbers[at]!;
      return (drawn: Uint32Array, counts: Uint32Array) => statistic(counts, drawn);
    });
    for (const [of, drawn] of bootstrapValues(size, statistics, options).entries()) {
      values[sharing[of]!] = drawn;
    }
  }
  return values;
}
