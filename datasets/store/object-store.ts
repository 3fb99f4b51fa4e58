import type { HttpTraffic } from '../http/http-transport.ts';

/*
 * A store of objects: local files, an HTTP server, a bucket. What a store throws is one of two kinds. An `Error` is about
 * one object: its message is the reason, such as `it is gone`, without the object, which whoever asked names. A
 * `PipelineError` `ERR_DATASET` is about the store, such as one that cannot be reached, and ends a run.
 */

/** An object of a store, as it was when it was listed or looked up. */
export interface StoredObject {
  /** Key of the object, with `/` as separator. */
  readonly key: string;
  /** Size in bytes. */
  readonly bytes: number;
  /**
   * Version of its content: an ETag, or size and time of change of a file. Reads are pinned to it: an object that has
   * changed is refused.
   *
   * In an index `''`, with -1 for the size, stands for one that nobody looked up yet, such as a row of a manifest. Whoever
   * reads it first learns it then (`unpinnedReader`, `readLatest`): no cache keeps it without a version.
   */
  readonly version: string;
}

/** A part of an object. */
export interface ByteRange {
  /** First byte. */
  readonly from: number;
  /** Number of bytes, 1 or more. */
  readonly bytes: number;
}

/** Options of one reading. */
export interface StoreReadOptions {
  /** The part that is read. @default all of it */
  readonly range?: ByteRange | undefined;
  /** Aborts it, down to the socket. */
  readonly signal?: AbortSignal | undefined;
}

/** An object that was read before anybody had looked it up. */
export interface LatestObject {
  /** What its store told of it with its bytes: later readings are pinned to that. */
  readonly object: StoredObject;
  /** All of it, in memory that nobody else holds. */
  readonly bytes: Uint8Array;
}

/** Options of reading an object that nobody looked up. */
export interface ReadLatestOptions {
  /** Looks at what the store tells, before its bytes come; what it throws ends the reading. Called once or more. */
  readonly check?: ((object: StoredObject) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A store of objects that are read whole or by ranges. */
export interface ObjectStore {
  /** Location of the store, such as `s3://bucket`, without credentials. */
  readonly name: string;
  /** Readings over a network: many at once, and worth a cache on a disk. */
  readonly isRemote: boolean;
  /** Location of an object, as messages and identities name it: without credentials and signatures. */
  url(key: string): string;
  /**
   * Objects whose keys begin with a prefix, in ascending order; one that ends with `/` is a folder.
   *
   * @throws {PipelineError} `ERR_DATASET` when they cannot be listed; HTTP servers list nothing.
   */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject>;
  /**
   * One object; undefined when there is none. Where a server answers no look-up, its answer to a reading of the first byte
   * tells size and version.
   *
   * @throws {Error} When it cannot be looked up: the message is the reason.
   * @throws {PipelineError} `ERR_DATASET` when the store cannot be reached.
   */
  find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;
  /**
   * Exactly the bytes that were asked for, in memory that nobody else holds.
   *
   * @throws {Error} When the object is gone, has changed, or cannot be read: the message is the reason.
   * @throws The reason of the signal when it aborts.
   */
  read(object: StoredObject, options?: StoreReadOptions): Promise<Uint8Array>;
  /**
   * All of an object that nobody looked up, whatever its version is; undefined when there is none. From a remote store it
   * takes one request where it has up to 1 MiB, and two otherwise.
   *
   * @throws {Error} When it cannot be read: the message is the reason.
   * @throws {PipelineError} `ERR_DATASET` when the store cannot be reached.
   * @throws The reason of the signal when it aborts.
   */
  readLatest(key: string, options?: ReadLatestOptions): Promise<LatestObject | undefined>;
  /** Its bytes in order, some at a time, from `range` or all of it; for readings that pass over it once. */
  stream(object: StoredObject, options?: StoreReadOptions): AsyncIterable<Uint8Array>;
  /** What a person should know of the store, as far as it is known by now, such as that it is in another region. @default none */
  notes?(): readonly string[];
  /** Absolute path of an object on a local disk; null of remote stores. */
  file(key: string): string | null;
  /** Requests and bytes since the store was opened; undefined of local stores. */
  readonly traffic?: () => HttpTraffic;
}

/** A location in a store: an object, a folder, or a prefix. */
export interface Place {
  /** The location as it was given, without credentials. */
  readonly name: string;
  readonly store: ObjectStore;
  /** Key in the store. */
  readonly key: string;
}
