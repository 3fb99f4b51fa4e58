import type { Transferable } from 'node:worker_threads';
import type { CallFailure } from './call-failure.ts';

/** One remote call: what it is given, and what comes back. Both travel as structured clones. */
export interface Call {
  readonly argument: unknown;
  readonly result: unknown;
}

/** A protocol: its calls by name. Any interface whose properties are calls is one. */
export type CallTable<C> = { readonly [Name in keyof C]: Call };

/** Options of one call. */
export interface CallOptions {
  /** Buffers of the argument that the worker takes over instead of copying. @default none */
  readonly handOver?: readonly Transferable[] | undefined;
  /** Progress callback of a long call. @default none */
  readonly onProgress?: ((progress: number) => void) | undefined;
}

/** A worker, seen from its owner. */
export interface CallWorker<C extends CallTable<C>> {
  /** Calls that wait for their answer. */
  readonly pending: number;
  /**
   * Calls are answered one at a time, in order.
   *
   * @throws {PipelineError | RangeError} As the call failed in there, with the same code and message.
   * @throws What the worker ended by, or the reason that calls are refused for.
   */
  call<Name extends keyof C>(
    name: Name,
    argument: C[Name]['argument'],
    options?: CallOptions,
  ): Promise<C[Name]['result']>;
  /** Rejects the calls that wait, and all later ones. Of several reasons the first stands. */
  refuse(reason: unknown): void;
  /** Settles when every call that it was sent is answered, those that were refused meanwhile too, or it has ended. */
  idle(): Promise<void>;
  /** Terminates the worker at once. Idempotent. */
  close(): Promise<void>;
}

/** The worker's side of a protocol: how each call is answered. */
export type CallHandlers<C extends CallTable<C>> = {
  readonly [Name in keyof C]: (
    argument: C[Name]['argument'],
    report: (progress: number) => void,
  ) => C[Name]['result'] | Promise<C[Name]['result']>;
};

/** A call on its way to the worker: one message. */
export interface CallRequest<C extends CallTable<C>, Name extends keyof C = keyof C> {
  readonly id: number;
  readonly name: Name;
  readonly argument: C[Name]['argument'];
}

/** Progress of a long call: any number of messages before its answer. */
export interface CallProgress {
  readonly id: number;
  readonly progress: number;
}

/** The answer to a call: one message. */
export type CallReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: CallFailure };
