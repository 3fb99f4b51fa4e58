import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { NamedTensor } from '../../operators/types.ts';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { isObject } from '../../operators/files/json.ts';
import { lengthBytes, metadataKey, valuesOf } from './safetensors-format.ts';
import { counted } from '../../operators/message-words.ts';

// The limit of the reference implementation.
const largestHeader = 100_000_000;

/** Content of a safetensors file. */
export interface SafetensorsContent {
  /** In file order. */
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of `readSafetensors`. */
export interface ReadSafetensorsOptions {
  /** Tensors that are passed over, whatever their type. @default none */
  readonly skip?: ((name: string) => boolean) | undefined;
}

/**
 * Reads the float32 tensors of a safetensors file, each into an array of its own.
 *
 * @throws {PipelineError} `ERR_READ` when there is no such file; `ERR_FORMAT` when it is cut, has
 * overlapping tensors or gaps, other types than `F32`, or is no safetensors file, naming file and tensor.
 * @example
 * ```ts
 * const skip = (name: string): boolean => name.endsWith('num_batches_tracked');
 * const { tensors } = await readSafetensors('resnet18.safetensors', { skip });
 * console.log(tensors.get('conv1.weight')?.shape); // [64, 3, 7, 7]
 * ```
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

/** Header of a safetensors file: names and shapes, without the values. */
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
  if (size < lengthBytes)
    throw await noSafetensors(path, `one of ${size} bytes, which are too few`);
  const length = Buffer.alloc(lengthBytes);
  await readFully(handle, path, length, 0);
  const bytes = Number(length.readBigUInt64LE());
  if (bytes > largestHeader) throw await noSafetensors(path, 'a file that does not begin like one');
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
  if (next !== bodyBytes)
    throw damaged(path, `${counted(bodyBytes - next, 'byte')} without a tensor`);
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

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((part) => Number.isSafeInteger(part) && Number(part) >= 0)
  );
}

function isStrings(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

async function noSafetensors(path: string, otherwise: string): Promise<PipelineError> {
  return damaged(path, `it is no safetensors file but ${await kindInstead(path, otherwise)}`);
}

function damaged(path: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged: ${why}.`, { path, cause });
}
