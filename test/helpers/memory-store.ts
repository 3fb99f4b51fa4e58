import { createHash } from 'node:crypto';
import { PipelineError } from '../../operators/errors.ts';
import type {
  ObjectStore,
  Place,
  StoredObject,
  StoreReadOptions,
} from '../../datasets/store/object-store.ts';

/** A remote store in memory that counts what is asked of it. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Uint8Array>;
  /** Keys that were read, in order; of ranges with `@from+bytes`. */
  readonly reads: string[];
  /** Keys whose reads fail, with the reason. */
  readonly broken: Map<string, string>;
  /** A place in it, such as `memory://bucket/photos/`. */
  at(key: string): Place;
}

/** A remote store that holds these objects. */
export function memoryStore(given: Readonly<Record<string, Uint8Array | string>>): MemoryStore {
  const objects = new Map(
    Object.entries(given).map(([key, bytes]) => [key, Buffer.from(bytes as string)] as const),
  );
  const reads: string[] = [];
  const broken = new Map<string, string>();
  const stored = (key: string): StoredObject => {
    const bytes = objects.get(key)!;
    return { key, bytes: bytes.length, version: createHash('md5').update(bytes).digest('hex') };
  };
  const bytesOf = (object: StoredObject, { range }: StoreReadOptions): Uint8Array => {
    const reason = broken.get(object.key);
    if (reason !== undefined) throw new Error(reason);
    const bytes = objects.get(object.key);
    if (bytes === undefined) throw new Error('it is gone');
    if (stored(object.key).version !== object.version) {
      throw new Error('it has changed since it was listed');
    }
    reads.push(range === undefined ? object.key : `${object.key}@${range.from}+${range.bytes}`);
    const { from, bytes: length } = range ?? { from: 0, bytes: bytes.length };
    if (from + length > bytes.length) throw new Error(`it ends before byte ${from + length}`);
    return Uint8Array.from(bytes.subarray(from, from + length));
  };
  const store: MemoryStore = {
    name: 'memory://bucket',
    isRemote: true,
    objects,
    reads,
    broken,
    url: (key) => `memory://bucket/${key}`,
    file: () => null,
    at: (key) => ({ name: `memory://bucket/${key}`, store, key }),
    async *list(prefix, signal) {
      for (const key of [...objects.keys()].sort()) {
        signal?.throwIfAborted();
        if (key.startsWith(prefix)) yield await Promise.resolve(stored(key));
      }
    },
    find(key, signal) {
      signal?.throwIfAborted();
      if (broken.has(key)) {
        throw new PipelineError('ERR_DATASET', `Could not open \`${key}\`: ${broken.get(key)}`);
      }
      return Promise.resolve(objects.has(key) ? stored(key) : undefined);
    },
    async read(object, options = {}) {
      options.signal?.throwIfAborted();
      return await Promise.resolve(bytesOf(object, options));
    },
    async readLatest(key, { check, signal } = {}) {
      const object = await store.find(key, signal);
      if (object === undefined) return undefined;
      check?.(object);
      return { object, bytes: await store.read(object, { signal }) };
    },
    async *stream(object, options = {}) {
      const bytes = bytesOf(object, options);
      for (let at = 0; at < bytes.length; at += 1000) {
        options.signal?.throwIfAborted();
        yield await Promise.resolve(bytes.subarray(at, at + 1000));
      }
    },
  };
  return store;
}
