/** Points of a map as they stand in a page: numbers little-endian in base64, ids by what differs from the one before. */
export interface PackedMap {
  readonly count: number;
  readonly classes: readonly string[];
  /** `[count, 2]` uint16 x and y; y counts upwards. Both have one scale. */
  readonly positions: string;
  /** `[count]` uint8 or uint16, by `labelBytes`: position in `classes` plus 1, 0 when unknown. */
  readonly labels: string;
  readonly labelBytes: number;
  /** Neighbours of each point; 0: none. */
  readonly k: number;
  /** `[count, k]` unsigned integers of `neighbourBytes`: position plus 1, 0 where there is none. */
  readonly neighbours: string;
  readonly neighbourBytes: number;
  /** A character whose code less 32 is how many characters it shares with the id before, then the rest of the id. */
  readonly ids: readonly string[];
  readonly sprite: PackedSprite | null;
}

/** Thumbnails of a map: an image of the page, in cells row by row. */
export interface PackedSprite {
  /** Id of the image in the page, an `<img>`. */
  readonly image: string;
  /** Side of a cell in pixels. */
  readonly side: number;
  readonly columns: number;
  /** `[count]` uint24: cell of each point plus 1, 0 where it has none. */
  readonly cells: string;
}

/** Most characters that ids share: their count is one printable character. */
export const mostShared = 90;

/** Ids as `PackedMap` holds them. */
export function packedIds(ids: readonly string[]): string[] {
  let before = '';
  return ids.map((id) => {
    let shared = 0;
    const most = Math.min(mostShared, before.length, id.length);
    while (shared < most && id[shared] === before[shared]) shared += 1;
    before = id;
    return String.fromCodePoint(32 + shared) + id.slice(shared);
  });
}

/** The ids that were packed. */
export function unpackedIds(packed: readonly string[]): string[] {
  let before = '';
  return packed.map((text) => {
    before = before.slice(0, (text.codePointAt(0) ?? 32) - 32) + text.slice(1);
    return before;
  });
}
