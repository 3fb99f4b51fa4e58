import { isFrame, jpegMarkers, jpegSegments } from './jpeg-segments.ts';

/**
 * Tests whether the only scan of a sequential JPEG holds the bits of all of its blocks and no byte more, by reading its
 * Huffman codes. Zeros in the place of what is missing are codes too, and most often more than are needed.
 *
 * Not left to the decoder: libvips looks for warnings before each eight lines, so those of the last eight are never
 * looked at.
 *
 * @returns False also when a code is invalid, a restart marker is not in its place, or the file is of another kind.
 * @see ITU-T T.81, annex F.2.
 */
export function isWholeScan(bytes: Uint8Array): boolean {
  const tables = new Map<number, HuffmanTable>();
  let frame: Frame | undefined;
  let interval = 0;
  for (const { marker, parameters, end } of jpegSegments(bytes)) {
    if (marker === 0xc4) readTables(parameters, tables);
    else if (marker === 0xdd) interval = (parameters[0]! << 8) | parameters[1]!;
    else if (isFrame(marker)) frame = frameOf(parameters);
    else if (marker === jpegMarkers.startOfScan) {
      if (frame === undefined || parameters[0] !== frame.components.length) return false;
      const from = parameters.byteOffset - bytes.byteOffset + parameters.length;
      return hasAllBlocks(bytes.subarray(from, end), frame, parameters, tables, interval);
    }
  }
  return false;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly {
    readonly id: number;
    readonly across: number;
    readonly down: number;
  }[];
}

/** Symbols in the order of their codes, and for each length the first code and the place of its symbol. */
interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

function frameOf(parameters: Uint8Array): Frame {
  const word = (at: number): number => (parameters[at]! << 8) | parameters[at + 1]!;
  const components = Array.from({ length: parameters[5]! }, (_, at) => ({
    id: parameters[6 + 3 * at]!,
    across: parameters[7 + 3 * at]! >> 4,
    down: parameters[7 + 3 * at]! & 15,
  }));
  return { height: word(1), width: word(3), components };
}

function readTables(parameters: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= parameters.length;) {
    const counts = parameters.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    tables.set(parameters[at]!, { counts, symbols: parameters.subarray(at + 17, at + 17 + size) });
    at += 17 + size;
  }
}

function hasAllBlocks(
  data: Uint8Array,
  { width, height, components }: Frame,
  scan: Uint8Array,
  tables: ReadonlyMap<number, HuffmanTable>,
  interval: number,
): boolean {
  // The blocks of a lone component are not gathered into larger units.
  const isLone = components.length === 1;
  const across = isLone ? 1 : Math.max(...components.map((one) => one.across));
  const down = isLone ? 1 : Math.max(...components.map((one) => one.down));
  const units = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  const blocks = components.flatMap((component, at) => {
    const selected = scan[2 + 2 * at]!;
    const pair = [tables.get(selected >> 4), tables.get(0x10 | (selected & 15))] as const;
    return Array.from({ length: isLone ? 1 : component.across * component.down }, () => pair);
  });
  const reader = bitReader(data);
  for (let unit = 0; unit < units; unit += 1) {
    if (interval > 0 && unit > 0 && unit % interval === 0 && !reader.restart()) return false;
    for (const [dc, ac] of blocks) {
      if (dc === undefined || ac === undefined || !readBlock(reader, dc, ac)) return false;
    }
  }
  return units > 0 && reader.isAtEnd();
}

type BitReader = ReturnType<typeof bitReader>;

/** Reads one block. @returns False when its bits are not all there, or no code. */
function readBlock(reader: BitReader, dc: HuffmanTable, ac: HuffmanTable): boolean {
  const size = reader.symbol(dc);
  if (size < 0 || !reader.skip(size)) return false;
  for (let at = 1; at < 64; at += 1) {
    const symbol = reader.symbol(ac);
    if (symbol < 0) return false;
    const bits = symbol & 15;
    if (symbol === 0) return true;
    at += symbol >> 4;
    if (!reader.skip(bits)) return false;
  }
  return true;
}

/** Bits of entropy-coded data, stuffed bytes taken out, up to a marker or the end. */
function bitReader(data: Uint8Array) {
  let [at, byte, left] = [0, 0, 0];
  /** The next bit; -1 where there is none. */
  const bit = (): number => {
    if (left === 0) {
      const next = data[at];
      if (next === undefined || (next === 0xff && data[at + 1] !== 0)) return -1;
      byte = next;
      left = 8;
      at += next === 0xff ? 2 : 1;
    }
    left -= 1;
    return (byte >> left) & 1;
  };
  return {
    /** The next symbol; -1 when there is none. */
    symbol({ counts, symbols }: HuffmanTable): number {
      let [code, first, place] = [0, 0, 0];
      for (const count of counts) {
        const next = bit();
        if (next < 0) return -1;
        code = (code << 1) | next;
        if (code - first < count) return symbols[place + code - first] ?? -1;
        place += count;
        first = (first + count) << 1;
      }
      return -1;
    },
    skip(bits: number): boolean {
      for (let skipped = 0; skipped < bits; skipped += 1) if (bit() < 0) return false;
      return true;
    },
    /** Tests whether no byte is left. */
    isAtEnd: (): boolean => data[at] === undefined || (data[at] === 0xff && data[at + 1] !== 0),
    /** Goes on behind a restart marker, which has to come next. */
    restart(): boolean {
      left = 0;
      while (data[at] === 0xff && data[at + 1] === 0xff) at += 1;
      const isMarker = data[at] === 0xff && data[at + 1]! >= 0xd0 && data[at + 1]! <= 0xd7;
      at += 2;
      return isMarker;
    },
  };
}
