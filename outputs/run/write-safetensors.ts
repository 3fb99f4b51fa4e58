import type { Weights } from '../../operators/types.ts';
import { openPartialFile } from '../../operators/files/partial-file.ts';
import { lengthBytes, metadataKey, valuesOf } from './safetensors-format.ts';

/**
 * Writes float32 tensors as safetensors, atomically.
 *
 * ```
 * 8 bytes: length of the header │ header: JSON, spaces up to a multiple of 8 │ tensors, one after the other
 * ```
 *
 * The bytes are a function of the tensors, their order, and the metadata.
 *
 * @param path Its folder must exist.
 * @param tensors Borrowed until the promise settles. The data has as many values as the shape says.
 * @throws {RangeError} When it has not. @throws {PipelineError} `ERR_WRITE`.
 * @see https://huggingface.co/docs/safetensors: format.
 * @example
 * ```ts
 * const bias = { shape: [2], data: Float32Array.of(0.5, -0.5) };
 * await writeSafetensors('head.safetensors', new Map([['fc.bias', bias]]), { epoch: '3' });
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = [`${JSON.stringify(metadataKey)}:${JSON.stringify(metadata)}`];
  const bodies: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === metadataKey) throw new RangeError(`A tensor cannot be called \`${metadataKey}\``);
    const values = valuesOf(shape);
    if (data.length !== values) {
      throw new RangeError(
        `Expected \`${name}\` [${shape.join(', ')}] to hold ${values} values, got ${data.length}`,
      );
    }
    const end = offset + data.byteLength;
    const entry = { dtype: 'F32', shape, data_offsets: [offset, end] };
    // Joined by hand: an object would move names that look like numbers to the front.
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    bodies.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset = end;
  }
  const text = Buffer.from(`{${entries.join(',')}}`);
  const header = Buffer.alloc(Math.ceil(text.byteLength / 8) * 8, ' ');
  header.set(text);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(header.byteLength));
  const file = await openPartialFile(path);
  await file.write([length, header, ...bodies], 0);
  await file.commit(lengthBytes + header.byteLength + offset);
}
