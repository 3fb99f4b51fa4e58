import type { HttpAnswer } from './http-transport.ts';

/** Why a try came to nothing. */
export interface Failure {
  /** The reason, without the URL. */
  readonly reason: string;
  /** What it speaks of: one object, or the store as a whole. */
  readonly about: 'object' | 'store';
  /** Nobody was there to ask: no such host, no connection. */
  readonly isUnreached?: boolean | undefined;
  /** The store asks for fewer requests. */
  readonly isOverload?: boolean | undefined;
  /** How long the store asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Another try would come to the same. */
  readonly isFinal?: boolean | undefined;
}

/** Outcome of one try. */
export type Outcome =
  { readonly answer: HttpAnswer; readonly failure?: undefined } | { readonly failure: Failure };
