import { types } from 'node:util';
import { PipelineError } from './errors.ts';

/**
 * The bytes that a dataset gave for an image; of another realm, as in tests that run in a context of their own, too.
 *
 * @throws {PipelineError} `ERR_CONTRACT` when they are none.
 */
export function bytesOfImage(id: string, given: unknown): Uint8Array {
  if (types.isUint8Array(given)) return given;
  throw new PipelineError(
    'ERR_CONTRACT',
    `Expected \`read\` of the dataset to give a Uint8Array for \`${id}\`, got ${Object.prototype.toString.call(given)}`,
    { sample: id },
  );
}
