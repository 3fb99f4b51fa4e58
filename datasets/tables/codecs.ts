import * as zlib from 'node:zlib';
import { lz4Block, lz4Frame } from './lz4-block.ts';
import { checkDecodedSize } from './row-bounds.ts';

/** Decodes compressed bytes to so many. */
export type Decompress = (stored: Uint8Array, bytes: number) => Uint8Array;

/** Compressions by the names that Parquet gives them. */
export type Codecs = Readonly<Record<string, Decompress>>;

/** Largest frame of Zstandard, with what it becomes, that WebAssembly decodes, whose memory never shrinks: 256 MiB. */
const largestInWasm = 2 ** 28;

type NativeZstd = (stored: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Node's own, which it has from 22.15 on. */
const { zstdDecompressSync: nativeZstd } = zlib as unknown as {
  readonly zstdDecompressSync?: NativeZstd;
};

/**
 * Loads what decodes compressed pages and buffers. Each checks the size that is claimed before it takes memory, and gives
 * exactly so many bytes.
 */
export async function loadCodecs(): Promise<Codecs> {
  const { compressors, decompressLz4, decompressZstd } = await import('hyparquet-compressors');
  const zstd = nativeZstd === undefined ? await wasmZstd(decompressZstd) : nodeZstd(nativeZstd);
  const raw: Codecs = {
    SNAPPY: (stored, bytes) => {
      checkSnappySize(stored, bytes);
      return compressors.SNAPPY!(stored, bytes);
    },
    // Node's own are quicker, and stop at a size.
    GZIP: (stored, bytes) => zlib.gunzipSync(stored, { maxOutputLength: Math.max(1, bytes) }),
    BROTLI: (stored, bytes) =>
      zlib.brotliDecompressSync(stored, { maxOutputLength: Math.max(1, bytes) }),
    ZSTD: (stored, bytes) => {
      checkZstdSize(stored, bytes);
      return zstd(stored, bytes);
    },
    LZ4: (stored, bytes) => decompressLz4(stored, bytes),
    LZ4_RAW: (stored, bytes) => {
      const output = new Uint8Array(bytes);
      const end = lz4Block(stored, output, 0);
      return output.subarray(0, end);
    },
    LZ4_FRAME: lz4Frame,
  };
  return Object.fromEntries(
    Object.entries(raw).map(([name, decompress]) => [name, checked(name, decompress)]),
  );
}

function nodeZstd(native: NativeZstd): Decompress {
  return (stored, bytes) => native(stored, { maxOutputLength: Math.max(1, bytes) });
}

/**
 * Zstandard's own decoder as WebAssembly, 14 to 21 times as quick as one in JavaScript, which is left what is too large.
 *
 * Its code of an error, which is below 0, becomes an empty result: the number of bytes tells it.
 *
 * @see https://github.com/donmccurdy/zstddec-wasm
 */
async function wasmZstd(
  inScript: (stored: Uint8Array, output: Uint8Array) => Uint8Array,
): Promise<Decompress> {
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (stored, bytes) => {
    // Of 0 bytes it would ask the frame, whose size nobody has checked.
    const isOurs = bytes > 0 && stored.length + bytes <= largestInWasm;
    return isOurs ? decoder.decode(stored, bytes) : inScript(stored, new Uint8Array(bytes));
  };
}

function checked(name: string, decompress: Decompress): Decompress {
  return (stored, bytes) => {
    checkDecodedSize(stored.length, bytes);
    let decoded: Uint8Array;
    try {
      decoded = decompress(stored, bytes);
    } catch (error) {
      throw new Error(`its ${name} data are damaged`, { cause: error });
    }
    if (decoded.length === bytes) return decoded;
    throw new Error(`its ${name} data became ${decoded.length} bytes instead of ${bytes}`);
  };
}

/** A Snappy block begins with its size. */
function checkSnappySize(stored: Uint8Array, bytes: number): void {
  let size = 0;
  for (let at = 0, factor = 1; at < 5; at += 1, factor *= 128) {
    const byte = stored[at];
    if (byte === undefined) break;
    size += (byte & 127) * factor;
    if (byte < 128) break;
  }
  if (size !== bytes) throw new Error('it has another size');
}

/**
 * A Zstandard frame says its size, or how far it refers back: memory that its decoder takes.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc8878#name-frame-header
 */
function checkZstdSize(stored: Uint8Array, bytes: number): void {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  if (stored.length < 6 || view.getUint32(0, true) !== 0xfd_2f_b5_28) throw new Error('no frame');
  const flags = stored[4]!;
  const isSingle = (flags & 32) !== 0;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3]!;
  const size = [
    (): number | undefined => (isSingle ? view.getUint8(at) : undefined),
    (): number => view.getUint16(at, true) + 256,
    (): number => view.getUint32(at, true),
    (): number => Number(view.getBigUint64(at, true)),
  ][flags >> 6]!();
  if (size !== undefined && size !== bytes) throw new Error('it has another size');
}
