import { createHash } from 'node:crypto';
import { exactVersion } from '../store/exact-version.ts';
import type { ImageIndex } from './image-index.ts';

/**
 * Version of the images of an index: SHA-256 (hex) over the version and size of each object that holds some, and the place
 * of each image in them.
 *
 * It changes with the bytes of any of them; where the objects lie, what they are called, in which order they were listed, and
 * objects without images make no difference.
 *
 * @param form What an image is of what lies at its place, where that does not tell, such as the name of a column.
 * @returns Undefined where some object has no version that tells its bytes.
 */
export function indexVersion(index: ImageIndex, form = ''): string | undefined {
  const { objects, object, from, bytes } = index;
  const hash = createHash('sha256').update(`${JSON.stringify(form)}, ${bytes.length} images\n`);
  const numbers = new Int32Array(objects.length).fill(-1);
  const places = new Uint32Array(object.length);
  let count = 0;
  for (const [position, at] of object.entries()) {
    if (numbers[at] === -1) {
      const one = objects.at(at);
      const version = exactVersion(one);
      if (version === undefined) return undefined;
      hash.update(`${JSON.stringify([one.bytes, version])}\n`);
      numbers[at] = count++;
    }
    places[position] = numbers[at]!;
  }
  for (const column of [places, from, bytes]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}
