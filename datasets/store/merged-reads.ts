import { setMaxListeners } from 'node:events';
import { linkedAbort } from '../http/linked-abort.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.ts';

/** How ranges of one object are merged. */
export interface Merging {
  /** Largest gap between two ranges that are read together, in bytes. */
  readonly maxGap: number;
  /** Bytes of gaps that a merged reading may hold in any case; beyond them never more than the bytes that are wanted. */
  readonly freeWaste: number;
  /** Largest span of ranges that are read together, in bytes. */
  readonly maxSpan: number;
  /** Size of the parts in which a larger read comes, over connections of their own. */
  readonly partBytes: number;
}

/**
 * Gaps to 1 MiB, spans to 16 MiB, parts of 8 MiB; 64 KiB of gaps take about the time of a request. So a batch of small
 * images from all over a shard does not read the shard.
 */
export const usualMerging: Merging = {
  maxGap: 2 ** 20,
  freeWaste: 2 ** 16,
  maxSpan: 2 ** 24,
  partBytes: 2 ** 23,
};

/** One who asked for a range. */
interface Asked {
  readonly range: ByteRange;
  readonly signal: AbortSignal | undefined;
  resolve(bytes: Uint8Array): void;
  reject(reason: unknown): void;
}

/**
 * Reads ranges of one object together that were asked for in one turn of the event loop, as those of a batch are, and lie
 * near each other. Whole objects are read as they are.
 *
 * Each who asked has memory of his own. An abort is that of one: a reading ends when nobody waits for it any more. When a
 * reading of several fails, each range is read by itself, so that what one of them has is not laid to all.
 */
export function mergedReads(
  read: ObjectStore['read'],
  merging: Merging = usualMerging,
): ObjectStore['read'] {
  const asked = new Map<string, { readonly object: StoredObject; readonly all: Asked[] }>();
  const flush = (): void => {
    const objects = [...asked.values()];
    asked.clear();
    for (const { object, all } of objects) {
      for (const group of mergedRanges(all, merging)) void readGroup(read, object, group, merging);
    }
  };
  return async (object, { range, signal } = {}) => {
    signal?.throwIfAborted();
    if (range === undefined) return await read(object, { signal });
    const key = JSON.stringify([object.key, object.version]);
    return await new Promise<Uint8Array>((resolve, reject) => {
      const line = asked.get(key) ?? { object, all: [] };
      if (asked.size === 0) setImmediate(flush);
      asked.set(key, line);
      line.all.push({ range, signal, resolve, reject });
    });
  };
}

/** Groups of ranges that are read together, in ascending order. */
export function mergedRanges<T extends { readonly range: ByteRange }>(
  all: readonly T[],
  { maxGap, maxSpan, freeWaste }: Omit<Merging, 'partBytes'>,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let begin = 0;
  let end = -Infinity;
  let waste = 0;
  for (const one of [...all].sort((a, b) => a.range.from - b.range.from)) {
    const { from, bytes } = one.range;
    const last = Math.max(end, from + bytes);
    const gap = Math.max(0, from - end);
    const wanted = last - begin - waste - gap;
    const isCheap = waste + gap <= Math.max(freeWaste, wanted);
    if (gap <= maxGap && last - begin <= maxSpan && isCheap) {
      groups.at(-1)!.push(one);
      waste += gap;
      end = last;
    } else {
      groups.push([one]);
      begin = from;
      waste = 0;
      end = from + bytes;
    }
  }
  return groups;
}

async function readGroup(
  read: ObjectStore['read'],
  object: StoredObject,
  group: readonly Asked[],
  merging: Merging,
): Promise<void> {
  const waiting = new Set(group);
  const stop = linkedAbort(undefined);
  const leaving = group.map((one) => {
    const leave = (): void => {
      one.reject(one.signal!.reason);
      waiting.delete(one);
      if (waiting.size === 0) stop.abort(one.signal!.reason);
    };
    if (one.signal?.aborted === true) leave();
    else if (one.signal !== undefined) {
      // One signal stops all readings of a run.
      setMaxListeners(0, one.signal);
      one.signal.addEventListener('abort', leave, { once: true });
    }
    return () => one.signal?.removeEventListener('abort', leave);
  });
  try {
    if (waiting.size === 0) return;
    const span = spanOf([...waiting]);
    const bytes = await readParts(read, object, span, merging.partBytes, stop.signal);
    for (const one of waiting) one.resolve(partOf(bytes, span, one.range, waiting.size === 1));
  } catch (error) {
    if (waiting.size > 1 && !(error instanceof PipelineError))
      await readAlone(read, object, waiting);
    else for (const one of waiting) one.reject(error);
  } finally {
    for (const forget of leaving) forget();
  }
}

function spanOf(group: readonly Asked[]): ByteRange {
  const from = Math.min(...group.map(({ range }) => range.from));
  const end = Math.max(...group.map(({ range }) => range.from + range.bytes));
  return { from, bytes: end - from };
}

/** The bytes of a range in memory of their own; the whole memory where nobody else has a part in it. */
function partOf(
  bytes: Uint8Array,
  span: ByteRange,
  { from, bytes: length }: ByteRange,
  isOnly: boolean,
): Uint8Array {
  const at = from - span.from;
  return isOnly && length === span.bytes ? bytes : bytes.slice(at, at + length);
}

/** Reads a range over as many connections as it has parts. */
async function readParts(
  read: ObjectStore['read'],
  object: StoredObject,
  { from, bytes }: ByteRange,
  partBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (bytes <= partBytes) return await read(object, { range: { from, bytes }, signal });
  const whole = new Uint8Array(bytes);
  const link = linkedAbort(signal);
  const starts = Array.from({ length: Math.ceil(bytes / partBytes) }, (_, at) => at * partBytes);
  try {
    await Promise.all(
      starts.map(async (at) => {
        const range = { from: from + at, bytes: Math.min(partBytes, bytes - at) };
        whole.set(await read(object, { range, signal: link.signal }), at);
      }),
    );
    return whole;
  } finally {
    link.unlink();
    // The other parts, when one has failed.
    link.abort(new Error('another part of the range could not be read'));
  }
}

async function readAlone(
  read: ObjectStore['read'],
  object: StoredObject,
  waiting: ReadonlySet<Asked>,
): Promise<void> {
  const reads = Array.from(waiting, async (one) => {
    await read(object, one).then(
      (bytes) => one.resolve(bytes),
      (error: unknown) => one.reject(error),
    );
  });
  await Promise.all(reads);
}
