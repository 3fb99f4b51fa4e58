import { z } from 'zod';
import type { Quantisation } from '../../operators/onnx/int8/quantisation.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import type { Int8Trial } from './int8-trial.ts';

/** Calibration of an int8 encoder. */
export interface Calibration {
  /** Images whose activations were seen. */
  readonly images: number;
  /** Seed that they were drawn by. */
  readonly seed: number;
  readonly quantisation: Quantisation;
}

/**
 * Int8 as the manifest of an export records it: what its vectors follow from, and what the trial gave. Times are not in it:
 * the same images give the same bytes.
 */
export function precisionRecord(
  { images, seed, quantisation }: Calibration,
  trial: Int8Trial,
): JsonObject {
  return {
    type: 'int8',
    calibration: {
      images,
      seed,
      scales: quantisation.map(({ scale }) => scale),
      zeros: quantisation.map(({ zero }) => zero),
    },
    trial: {
      images: trial.images,
      ...Object.fromEntries(
        trial.layers.map(({ layer, cosine, neighbours }) => [
          layer,
          {
            cosine: {
              mean: rounded(cosine.mean),
              percentile1: rounded(cosine.percentile1),
              least: rounded(cosine.least),
            },
            knn:
              neighbours === null
                ? null
                : {
                    images: neighbours.images,
                    float32: rounded(neighbours.reference),
                    int8: rounded(neighbours.approximation),
                  },
          },
        ]),
      ),
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

const recordSchema = z.object({
  type: z.literal('int8'),
  calibration: z.object({
    scales: z.array(z.number().positive()),
    zeros: z.array(z.int().min(0).max(255)),
  }),
});

/** The quantisation that a record of int8 holds; undefined when it is none, or damaged. */
export function recordedQuantisation(record: unknown): Quantisation | undefined {
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) return undefined;
  const { scales, zeros } = parsed.data.calibration;
  if (scales.length !== zeros.length) return undefined;
  return scales.map((scale, at) => ({ scale, zero: zeros[at]! }));
}
