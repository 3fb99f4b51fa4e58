/** The images of a group of rows: views of what was decoded; null of a row without one. */
export type GroupImages = readonly (Uint8Array | null)[];

/** Decoded groups that were used last, up to a number of bytes. */
export interface KeptGroups {
  /** The images of a group, which becomes the last used one. */
  get(key: string): GroupImages | undefined;
  /** Keeps a group and forgets those that were not used for longest. */
  set(key: string, images: GroupImages, bytes: number): void;
}

/** Begins to keep groups. @param maxBytes All of them together; one that is larger is not kept. */
export function keptGroups(maxBytes: number): KeptGroups {
  const groups = new Map<string, { readonly images: GroupImages; readonly bytes: number }>();
  let held = 0;
  const forget = (key: string): void => {
    held -= groups.get(key)?.bytes ?? 0;
    groups.delete(key);
  };
  return {
    get(key) {
      const found = groups.get(key);
      if (found === undefined) return undefined;
      groups.delete(key);
      groups.set(key, found);
      return found.images;
    },
    set(key, images, bytes) {
      forget(key);
      if (bytes > maxBytes) return;
      groups.set(key, { images, bytes });
      held += bytes;
      // A Map keeps insertion order: the first was not used for longest.
      for (const [oldest] of groups) {
        if (held <= maxBytes) break;
        forget(oldest);
      }
    },
  };
}
