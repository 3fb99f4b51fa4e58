import { counted } from '../../operators/message-words.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { elementsOf, type StoredArray } from './npy-array.ts';
import { npyHeader, npyHeaderBytes, npyPrefixBytes } from './npy-header.ts';

/**
 * Opens a `.npy` file as an array. Its header alone is read.
 *
 * @throws {Error} When it is damaged, or its elements are not those that its header counts: the message is the reason.
 */
export async function openNpyFile(
  store: ObjectStore,
  object: StoredObject,
  name: string,
  signal?: AbortSignal,
): Promise<StoredArray> {
  const read = async (from: number, bytes: number): Promise<Uint8Array> =>
    await store.read(object, { range: { from, bytes }, signal });
  const prefix = await read(0, Math.min(npyPrefixBytes, object.bytes));
  const headerBytes = npyHeaderBytes(prefix);
  if (headerBytes > object.bytes) throw new Error('it ends in its header');
  const header = npyHeader(await read(0, headerBytes));
  const elements = elementsOf(header);
  const [wanted, there] = [elements * header.type.bytes, object.bytes - headerBytes];
  if (wanted !== there) {
    const shape = `[${header.shape.join(', ')}]`;
    throw new Error(
      `its header counts ${counted(wanted, 'byte')} of elements, ${shape} of ${header.type.name}, and it has ${counted(there)}` +
        (there > wanted ? ': one array in a file is read' : ''),
    );
  }
  return {
    name,
    header,
    async *stream(chosen = signal) {
      if (wanted > 0)
        yield* store.stream(object, {
          range: { from: headerBytes, bytes: wanted },
          signal: chosen,
        });
    },
    async range(from, bytes, chosen = signal) {
      if (bytes === 0) return new Uint8Array(0);
      return await store.read(object, {
        range: { from: headerBytes + from, bytes },
        signal: chosen,
      });
    },
  };
}
