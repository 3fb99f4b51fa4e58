import type { RgbImage } from '../../types.ts';
import { type LibjpegDecoder, loadLibjpeg } from './libjpeg-codec.ts';
import { plainJpeg, type PlainJpeg, type PlainReading } from './plain-jpeg.ts';
import { soundEnd } from './sound-scan.ts';

/**
 * Largest image that is worth it, in pixels. Above it sharp needs less CPU time: it decodes with vector instructions, and
 * the third of a millisecond that each call of it costs counts less.
 */
const mostPixelsWorth = 50_000;

/** Most bytes of a file up to its end: more would stay in the memory of the decoder. */
const mostBytes = 2 ** 20;

/** Options of decoding here, with the meaning that they have in `DecodePixelsOptions`; its others change no plain JPEG. */
export interface FastJpegOptions extends PlainReading {
  /** Largest image that is read, in pixels. @default no limit but `mostPixels` */
  readonly maxPixels?: number | undefined;
  /** Shorter side to which an image is shrunk; a larger one is left to sharp. @default the size of the file */
  readonly shrinkTo?: number | undefined;
  /** Largest image that is decoded here, in pixels. @default 50,000, above which sharp needs less CPU time */
  readonly mostPixels?: number | undefined;
}

/** A synchronous decoder of plain small JPEGs. */
export interface FastJpeg {
  /**
   * The pixels that sharp gives, bit for bit, of a plain small JPEG. The result belongs to the caller.
   *
   * @returns Undefined when the file is of another kind, larger, or damaged: sharp decides what becomes of it.
   */
  pixels(bytes: Uint8Array, options?: FastJpegOptions): RgbImage | undefined;
}

/**
 * Opens libjpeg-turbo in WebAssembly, for one thread. It holds some megabytes, whatever it decodes.
 *
 * @throws {Error} When the package or WebAssembly is missing.
 * @example
 * ```ts
 * const fast = await openFastJpeg();
 * const image = fast.pixels(bytes) ?? (await decodePixels(bytes));
 * ```
 */
export async function openFastJpeg(): Promise<FastJpeg> {
  return fastJpegOver(await loadLibjpeg());
}

/** The decoder over a libjpeg-turbo that `open` opens anew. */
export function fastJpegOver(open: () => LibjpegDecoder): FastJpeg {
  let decoder: LibjpegDecoder | undefined = open();
  return {
    pixels(bytes, options = {}) {
      const header = plainJpeg(bytes, options);
      if (header === undefined || !isWanted(header, options)) return undefined;
      const end = soundEnd(bytes, header);
      if (end === undefined || end > mostBytes) return undefined;
      decoder ??= open();
      try {
        return decoded(decoder, bytes.subarray(0, end), header);
      } catch {
        // Its stack is not unwound, so it is not used again. What was wrong, sharp says.
        decoder = undefined;
        return undefined;
      }
    },
  };
}

function isWanted(
  { width, height }: PlainJpeg,
  { maxPixels = Infinity, mostPixels = mostPixelsWorth, shrinkTo = Infinity }: FastJpegOptions,
): boolean {
  return width * height <= Math.min(maxPixels, mostPixels) && Math.min(width, height) <= shrinkTo;
}

function decoded(
  decoder: LibjpegDecoder,
  bytes: Uint8Array,
  { width, height, components }: PlainJpeg,
): RgbImage {
  decoder.getEncodedBuffer(bytes.length).set(bytes);
  decoder.decode();
  const { buffer, byteOffset, byteLength } = decoder.getDecodedBuffer();
  const values = new Uint8Array(buffer, byteOffset, byteLength);
  if (values.length !== width * height * components.length) throw new Error('of another size');
  return { width, height, data: components.length === 3 ? values : ofGrey(values) };
}

function ofGrey(values: Uint8Array): Uint8Array {
  const data = new Uint8Array(3 * values.length);
  for (let at = 0; at < data.length; at += 1) data[at] = values[Math.trunc(at / 3)]!;
  return data;
}
