import type { CalibrationSession } from '../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import {
  calibrated,
  type ImageRanges,
  type Quantisation,
} from '../../operators/onnx/int8/quantisation.ts';
import { permutation, seededRandom } from '../../operators/random.ts';
import type { DrawnInputs } from './drawn-inputs.ts';

/** Positions of the images that int8 is set by, and of those that it is tried on. */
export interface Int8Draw {
  readonly calibration: Uint32Array;
  readonly trial: Uint32Array;
}

const mostCalibrating = 256;
const mostTried = 2048;

/** Images that a calibration and a trial need together. */
export const leastImages = 64;

/** Draws the images of a calibration and those of its trial, none of both: a function of number and seed. */
export function drawInt8(count: number, seed: number): Int8Draw {
  const order = permutation(count, seededRandom('int8', seed));
  const calibrating = Math.min(mostCalibrating, Math.floor(count / 2));
  return {
    calibration: order.slice(0, calibrating),
    trial: order.slice(calibrating, calibrating + mostTried),
  };
}

/** Static quantisation of a network on some images, and how many of them could be read. */
export interface Calibrated {
  readonly images: number;
  readonly quantisation: Quantisation;
}

/**
 * Calibration of int8 on some images (`calibrated`).
 *
 * @param session Borrowed.
 * @param inputs Runs `work` on the images, batch after batch.
 * @throws {PipelineError} `ERR_NOT_FINITE` when an activation is not finite, `ERR_DATASET` when no image could be read.
 */
export async function calibrateInt8(
  session: CalibrationSession,
  inputs: (work: (inputs: DrawnInputs) => Promise<void>) => Promise<void>,
): Promise<Calibrated> {
  const images: ImageRanges[] = [];
  await inputs(async ({ pixels }) => void images.push(...(await session.run(pixels))));
  if (images.length === 0) {
    throw new PipelineError(
      'ERR_DATASET',
      'Cannot calibrate int8: none of the images that were drawn could be read. Use `precision: float32`',
      { options: ['precision'] },
    );
  }
  if (!images.flat().every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))) {
    throw new PipelineError(
      'ERR_NOT_FINITE',
      'Cannot calibrate int8: activations of the network are not finite. Use `precision: float32`, which tells the images',
      { options: ['precision'] },
    );
  }
  return { images: images.length, quantisation: calibrated(images) };
}
