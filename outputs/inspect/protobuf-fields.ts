import { PipelineError } from '../../operators/errors.ts';
import type { FileWindow } from '../arrow/file-window.ts';

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
 * @throws {PipelineError} `ERR_FORMAT` where there is no field.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export async function* protobufFields(
  window: FileWindow,
  start: number,
  end: number,
): AsyncGenerator<ProtobufField, void, undefined> {
  let at = start;
  const number = async (): Promise<number> => {
    let value = 0n;
    const bytes = await window.bytes(at, 10);
    for (let index = 0; index < bytes.byteLength; index += 1) {
      const byte = bytes[index]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) {
        at += index + 1;
        return Number(BigInt.asIntN(64, value));
      }
    }
    throw noField(window.path, at);
  };
  while (at < end) {
    const fieldStart = at;
    const tag = await number();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (field < 1) throw noField(window.path, fieldStart);
    if (wire === 0) {
      yield { field, value: await number(), start: 0, end: 0 };
      continue;
    }
    const length = wire === 2 ? await number() : wire === 1 ? 8 : wire === 5 ? 4 : -1;
    if (length < 0 || at + length > end) throw noField(window.path, fieldStart);
    const from = at;
    at += length;
    yield { field, value: 0, start: from, end: at };
  }
}

/** The text of a field. */
export async function protobufText(
  window: FileWindow,
  { start, end }: ProtobufField,
): Promise<string> {
  return (await window.bytes(start, Math.min(end - start, longestText))).toString();
}

function noField(path: string, at: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` is damaged or no ONNX model: there is no field at byte ${at}.`,
    { path },
  );
}
