import { PipelineError } from '../../errors.ts';
import type { ByteSource } from './byte-source.ts';

/** One field of a protobuf message: a number, or a range of bytes in the file. */
export interface ProtobufField {
  readonly field: number;
  /** Of numbers; 0 for ranges. */
  readonly value: number;
  /** Offsets of the bytes of a text, a nested message or packed numbers; both 0 for numbers. */
  readonly start: number;
  readonly end: number;
}

/** Longest text that is read as such. */
const longestText = 1 << 16;

/**
 * The fields of the message between two places of a file, one after the other; their bytes are not read.
 *
 * @throws {PipelineError} `ERR_FORMAT` where there is no field, or where one goes on beyond its message.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export async function* protobufFields(
  source: ByteSource,
  start: number,
  end: number,
): AsyncGenerator<ProtobufField, void, undefined> {
  let at = start;
  const number = async (): Promise<number> => {
    const { value, length } = varintIn(await source.bytes(at, Math.min(10, end - at)));
    if (length === 0) throw end - at < 10 ? beyond(source, end) : noField(source, at);
    at += length;
    return value;
  };
  while (at < end) {
    const fieldStart = at;
    const tag = await number();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (field < 1) throw noField(source, fieldStart);
    if (wire === 0) {
      yield { field, value: await number(), start: 0, end: 0 };
      continue;
    }
    const length = wire === 2 ? await number() : wire === 1 ? 8 : wire === 5 ? 4 : -1;
    if (length < 0) throw noField(source, fieldStart);
    if (at + length > end) throw beyond(source, end, at + length);
    const from = at;
    at += length;
    yield { field, value: 0, start: from, end: at };
  }
}

/** The text of a field. */
export async function protobufText(
  source: ByteSource,
  { start, end }: ProtobufField,
): Promise<string> {
  const bytes = await source.bytes(start, Math.min(end - start, longestText));
  return new TextDecoder().decode(bytes);
}

/** Numbers of a repeated field, one each or packed. */
export async function protobufNumbers(source: ByteSource, field: ProtobufField): Promise<number[]> {
  if (field.end === 0) return [field.value];
  const bytes = await source.bytes(field.start, Math.min(field.end - field.start, longestText));
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, length } = varintIn(bytes.subarray(at, at + 10));
    if (length === 0) throw noField(source, field.start + at);
    numbers.push(value);
    at += length;
  }
  return numbers;
}

/** The number that bytes begin with, and how many of them it takes; 0 where they hold none. */
function varintIn(bytes: Uint8Array): { readonly value: number; readonly length: number } {
  let value = 0n;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), length: index + 1 };
  }
  return { value: 0, length: 0 };
}

function noField({ path }: ByteSource, at: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` is damaged or no ONNX model: there is no field at byte ${at}.`,
    { path },
  );
}

/** @param wanted Where the field would end, as far as that is known. */
function beyond({ path, size }: ByteSource, end: number, wanted?: number): PipelineError {
  const isWhole = end === size;
  const long = wanted === undefined ? '' : ` to be of at least ${wanted} bytes`;
  const why = isWhole
    ? `it is cut short: its fields say${long === '' ? ' that more follows' : ` it is${long}`}, and it has ${size}. Download or copy it again`
    : `a field goes on beyond the message that ends at byte ${end}`;
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged or no ONNX model: ${why}.`, {
    path,
  });
}
