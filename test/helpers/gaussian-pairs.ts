import fc from 'fast-check';
import { type GaussianPair, gaussianPair } from '../../operators/theory/gaussian-pair.ts';

const mostDimensions = 4;
const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
const vector = fc.array(coordinate, { minLength: mostDimensions, maxLength: mostDimensions });
const scales = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), {
  minLength: mostDimensions,
  maxLength: mostDimensions,
});

/** Two Gaussians with any covariance, in one to four dimensions. */
export const gaussianPairs: fc.Arbitrary<GaussianPair> = fc
  .record({
    dim: fc.integer({ min: 1, max: mostDimensions }),
    target: vector,
    noise: vector,
    scales,
    mixing: fc.array(vector, { minLength: mostDimensions, maxLength: mostDimensions }),
  })
  .map(({ dim, target, noise, scales, mixing }) =>
    gaussianPair({
      target: target.slice(0, dim),
      noise: noise.slice(0, dim),
      factor: Array.from({ length: dim }, (_, row) =>
        Array.from({ length: dim }, (_, column) => {
          if (column > row) return 0;
          return column === row ? scales[row]! : mixing[row]![column]! / 4;
        }),
      ),
    }),
  );

/** Points of as many coordinates as any pair needs. */
export const points: fc.Arbitrary<number[]> = fc.array(
  fc.double({ min: -5, max: 5, noNaN: true }),
  { minLength: mostDimensions, maxLength: mostDimensions },
);
