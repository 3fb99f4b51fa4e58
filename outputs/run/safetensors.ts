import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { NamedTensor, Weights } from '../../operators/types.ts';
import { isObject } from '../files/json.ts';
import { openPartialFile } from '../files/partial-file.ts';

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** In file order. */
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const metadataKey = '__metadata__';
const lengthBytes = 8;
// The limit of the reference implementation.
const largestHeader = 100_000_000;

/**
 * Writes float32 tensors as safetensors, atomically.
 *
 * ```
 * 8 bytes: length of the header │ header: JSON, spaces up to a multiple of 8 │ tensors, one after the other
 * ```
 *
 * The bytes are a function of the tensors, their order, and the metadata.
 *
 * @param tensors Borrowed until the promise settles. The data has as many values as the shape says.
 * @throws {RangeError} When it has not. @throws {PipelineError} `ERR_WRITE`.
 * @see https://huggingface.co/docs/safetensors: format.
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

/** What of a file is left unread. */
export interface ReadSafetensorsOptions {
  /** Tensors that are passed over, whatever their type. @default none */
  readonly skip?: ((name: string) => boolean) | undefined;
}

/**
 * Reads float32 tensors, each into an array of its own.
 *
 * @throws {PipelineError} `ERR_READ` when there is no such file; `ERR_FORMAT` when it is cut, has
 * overlapping tensors or gaps, other types than `F32`, or is no safetensors file, naming file and tensor.
 */
export async function readSafetensors(
  path: string,
  { skip = () => false }: ReadSafetensorsOptions = {},
): Promise<SafetensorsContent> {
  const handle = await openToRead(path);
  try {
    const { size } = await handle.stat();
    const header = await readHeader(handle, path, size);
    const start = lengthBytes + header.bytes;
    const tensors = new Map<string, NamedTensor>();
    for (const entry of checkedEntries(path, header.entries, size - start, skip)) {
      const { name, shape, begin } = entry;
      if (skip(name)) continue;
      const data = new Float32Array(valuesOf(shape));
      const bytes = new Uint8Array(data.buffer);
      await readFully(handle, path, bytes, start + begin);
      tensors.set(name, { shape, data });
    }
    return { tensors, metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

/** What a safetensors file holds, without the values. */
export interface SafetensorsListing {
  /** In file order. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** Reads names and shapes; same conditions as `readSafetensors`. */
export async function listSafetensors(path: string): Promise<SafetensorsListing> {
  const handle = await openToRead(path);
  try {
    const { size } = await handle.stat();
    const header = await readHeader(handle, path, size);
    const bodyBytes = size - lengthBytes - header.bytes;
    const entries = checkedEntries(path, header.entries, bodyBytes, () => false);
    const tensors = entries.map(({ name, shape }) => ({ name, shape }));
    return { tensors, metadata: header.metadata, bytes: size };
  } finally {
    await handle.close();
  }
}

async function openToRead(path: string): Promise<fs.FileHandle> {
  try {
    return await fs.open(path, 'r');
  } catch (error) {
    throw new PipelineError('ERR_READ', `Cannot read \`${path}\`: ${messageOf(error)}`, {
      path,
      cause: error,
    });
  }
}

interface Header {
  readonly bytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly (readonly [string, unknown])[];
}

async function readHeader(handle: fs.FileHandle, path: string, size: number): Promise<Header> {
  if (size < lengthBytes) throw damaged(path, `${size} bytes are too few`);
  const length = Buffer.alloc(lengthBytes);
  await readFully(handle, path, length, 0);
  const bytes = Number(length.readBigUInt64LE());
  if (bytes > largestHeader) throw damaged(path, 'it does not begin like a safetensors file');
  if (bytes > size - lengthBytes) throw damaged(path, 'it is cut inside the header');
  const text = Buffer.alloc(bytes);
  await readFully(handle, path, text, lengthBytes);
  const header = parseHeader(path, text);
  const { [metadataKey]: metadata = {}, ...entries } = header;
  if (!isStrings(metadata)) throw damaged(path, `\`${metadataKey}\` holds more than text`);
  return { bytes, metadata, entries: Object.entries(entries) };
}

function parseHeader(path: string, text: Buffer): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    throw damaged(path, `its header is no JSON (${messageOf(error)})`, error);
  }
  if (!isObject(header)) throw damaged(path, 'its header is no JSON object');
  return header;
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The tensors in file order; together they fill the body exactly. */
function checkedEntries(
  path: string,
  entries: Header['entries'],
  bodyBytes: number,
  skip: (name: string) => boolean,
): Entry[] {
  const checked = entries.map(([name, value]) => checkedEntry(path, name, value, skip(name)));
  checked.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { name, begin, end } of checked) {
    if (begin < next) throw damaged(path, `tensor \`${name}\` overlaps the one before it`);
    if (begin > next) throw damaged(path, `there is a gap before tensor \`${name}\``);
    if (end > bodyBytes) throw damaged(path, `it is cut: tensor \`${name}\` is not all there`);
    next = end;
  }
  if (next !== bodyBytes) throw damaged(path, `${bodyBytes - next} bytes belong to no tensor`);
  return checked;
}

function checkedEntry(path: string, name: string, value: unknown, ofAnyType: boolean): Entry {
  if (!isObject(value)) throw damaged(path, `tensor \`${name}\` has no description`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && !ofAnyType) {
    throw damaged(path, `expected tensor \`${name}\` to be \`F32\`, got \`${String(dtype)}\``);
  }
  if (!isCounts(shape)) throw damaged(path, `tensor \`${name}\` has no shape`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw damaged(path, `tensor \`${name}\` has no place`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = valuesOf(shape) * Float32Array.BYTES_PER_ELEMENT;
  if (end - begin !== bytes && !ofAnyType) {
    throw damaged(
      path,
      `tensor \`${name}\` [${shape.join(', ')}] takes ${bytes} bytes, its place has ${end - begin}`,
    );
  }
  return { name, shape, begin, end };
}

async function readFully(
  handle: fs.FileHandle,
  path: string,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const left = bytes.byteLength - done;
    const { bytesRead } = await handle.read(bytes, done, left, position + done);
    if (bytesRead === 0) throw damaged(path, 'it became shorter while it was read');
    done += bytesRead;
  }
}

function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((part) => Number.isSafeInteger(part) && Number(part) >= 0)
  );
}

function isStrings(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function damaged(path: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged: ${why}.`, { path, cause });
}
