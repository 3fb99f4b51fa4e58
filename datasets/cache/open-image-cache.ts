import fs from 'node:fs/promises';
import { messageOf } from '../../operators/errors.ts';
import { thisHolder } from '../../operators/files/holder-process.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { mutex } from '../../operators/files/mutex.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import type { ImageCache, KeptPlace } from './image-cache.ts';
import { type KnownPack, knownPacks } from './known-packs.ts';
import { makeRoom } from './make-room.ts';
import { keyBytes, type PackedPlace } from './pack-format.ts';
import { limitOfOne, openPackWriter, type PackWriter } from './pack-writer.ts';

/** Options of `openImageCache`. */
export interface OpenImageCacheOptions {
  /** Only packs of this cache are touched in it. */
  readonly folder: string;
  /** Largest size of the folder in bytes; 0 keeps nothing. */
  readonly maxBytes: number;
  /** Share of the disk that stays free, 0 to 1. @default 0.05 */
  readonly freeShare?: number | undefined;
  /** Milliseconds after its last use in which a pack is not removed. @default two minutes */
  readonly recentMs?: number | undefined;
}

/** Largest pack that holds several images. */
const mostPack = 64 * 2 ** 20;

/** Packs of a full cache that is small: what makes room at once is a part of it. */
const fewestPacks = 16;

/** Milliseconds after which packs of other processes are looked for again, when an image is not known. */
const lookMs = 2_000;

/** Milliseconds in which nothing is kept after there was no room, or it could not be written. */
const pauseMs = 30_000;

/** Milliseconds after which the time of a pack that is in use is set again. */
const touchMs = 30_000;

/**
 * Cache of images in a folder that processes share: each appends to packs of its own, and reads those of all.
 *
 * Right after a kill at any instant: a pack counts up to its last whole record, and whoever reads an image checks its
 * CRC-32. The folder is made when the first image is kept. Holds some 40 bytes for each image in memory. Nothing that is
 * wrong with the folder is an error: `problem` tells, and images are fetched again.
 */
export async function openImageCache(options: OpenImageCacheOptions): Promise<ImageCache> {
  const { folder, maxBytes, freeShare = 0.05, recentMs = 120_000 } = options;
  const mine = await thisHolder();
  const known = knownPacks(folder, mine);
  const oneAtATime = mutex();
  const packBytes = Math.min(mostPack, Math.floor(maxBytes / fewestPacks));
  const maxPacks = 256 + Math.ceil((2 * maxBytes) / Math.max(1, packBytes));
  const bounds = { maxBytes, freeShare, maxPacks, recentMs };
  let problem: string | undefined;
  let lookedAt = -Infinity;
  let isLooking = false;
  let pausedUntil = -Infinity;
  let own: OwnPack | undefined;

  const look = async (): Promise<void> => {
    isLooking = true;
    try {
      await known.look();
    } catch (error) {
      problem ??= `could not look at the kept images in \`${folder}\`: ${messageOf(error)}`;
    } finally {
      lookedAt = Date.now();
      isLooking = false;
    }
  };
  const pause = (): void => {
    pausedUntil = Date.now() + pauseMs;
  };
  /** The pack that takes an image; undefined when there is no room for one. */
  const packFor = async (image: number): Promise<OwnPack | undefined> => {
    if (own !== undefined && !own.pack.isGone && own.writer.fits(image)) return own;
    if (own !== undefined && !own.pack.isGone) await own.writer.finish();
    own = undefined;
    await makeFolder(folder);
    const limit = Math.max(packBytes, limitOfOne(image));
    const writer = await openPackWriter(folder, limit, mine);
    if (!(await makeRoom(folder, writer.file, mine, bounds, (file) => known.gone(file)))) {
      await fs.rm(writer.file, { force: true });
      return undefined;
    }
    own = { writer, pack: known.begin(writer.file) };
    return own;
  };
  const append = async (key: Uint8Array, image: Uint8Array): Promise<KeptPlace | undefined> => {
    const into = await packFor(image.length);
    if (into === undefined) {
      pause();
      return undefined;
    }
    try {
      const row = await into.writer.append(key, image);
      known.set(row, into.pack);
      return keptPlace(into.pack, row);
    } catch (error) {
      // What it has stays; after half a record nothing may follow.
      own = undefined;
      if (!isMissing(error)) throw error;
      known.gone(into.pack.file);
      return undefined;
    }
  };

  if (maxBytes > 0) await look();
  return {
    maxBytes,
    get problem() {
      return problem;
    },
    find(key) {
      if (maxBytes === 0) return undefined;
      const found = known.find(bytesOfKey(key));
      if (found === undefined) {
        if (!isLooking && Date.now() - lookedAt > lookMs) void look();
        return undefined;
      }
      touch(found.pack);
      return keptPlace(found.pack, found.place);
    },
    async keep(key, image) {
      if (maxBytes === 0 || image.length === 0) return undefined;
      if (limitOfOne(image.length) > maxBytes) {
        problem ??= tooLarge(image.length, maxBytes);
        return undefined;
      }
      return await oneAtATime(async () => {
        if (Date.now() < pausedUntil) return undefined;
        try {
          return await append(bytesOfKey(key), image);
        } catch (error) {
          problem ??= `images are not kept, and fetched again each time: ${messageOf(error)}`;
          pause();
          return undefined;
        }
      });
    },
  };
}

interface OwnPack {
  readonly writer: PackWriter;
  readonly pack: KnownPack;
}

function keptPlace({ file }: KnownPack, { from, bytes, crc32 }: PackedPlace): KeptPlace {
  return { file, range: { from, bytes, crc32 } };
}

/** Notes the use of a pack: those that were used least recently make room. */
function touch(pack: KnownPack): void {
  const now = Date.now();
  if (now - pack.touchedAt < touchMs) return;
  pack.touchedAt = now;
  // One that was removed meanwhile, or belongs to somebody else, goes as it would have gone.
  void fs.utimes(pack.file, new Date(now), new Date(now)).catch(() => {});
}

function bytesOfKey(key: string): Uint8Array {
  const bytes = Buffer.from(key.slice(0, 2 * keyBytes), 'hex');
  if (bytes.length === keyBytes) return bytes;
  throw new RangeError(`Expected \`key\` to be a SHA-256 (hex), got \`${key}\``);
}

function tooLarge(bytes: number, maxBytes: number): string {
  return `an image of ${bytes} bytes is larger than the cache, which may take ${maxBytes} bytes: it is fetched each time`;
}
