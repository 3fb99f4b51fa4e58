/** Points that a map is drawn of. */
export interface MapSet {
  /** `[count, 2]` float32, in any unit. */
  readonly positions: Float32Array;
  /** `[count]` position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  /** Class names, each once. */
  readonly classes: readonly string[];
  readonly ids: readonly string[];
  /** `[count, k]` neighbours of each point in the set, nearest first, -1 where there is none; undefined for none at all. */
  readonly neighbours?: { readonly k: number; readonly positions: Int32Array } | undefined;
  readonly sprite?: MapSprite | undefined;
}

/** Thumbnails of a map, which lie in one picture of the page; maps of one set share it. */
export interface MapSprite {
  /** Id of the picture in the page: that of its `spriteImage`. */
  readonly image: string;
  /** Side of a thumbnail in pixels. */
  readonly side: number;
  /** Thumbnails of a row. */
  readonly columns: number;
  /** `[count]` place of the thumbnail of each point, -1 where it has none. */
  readonly cells: Int32Array;
}
