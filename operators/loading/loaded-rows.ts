import type { PipelineError } from '../errors.ts';
import { cannotDecode } from '../image/cannot-decode.ts';
import { errorOfFailure } from '../threads/call-failure.ts';
import type { ImageContent, PlannedSample } from '../types.ts';
import type { LoadedChunk } from './load-calls.ts';

/** An image that is to become a row of a batch. */
export interface RowToLoad {
  readonly sample: PlannedSample;
  readonly row: number;
}

/** Outcome of an image: its row is made, or it is bad. */
export interface LoadedRow<R extends RowToLoad> {
  readonly planned: R;
  /** `ERR_READ` or `ERR_DECODE`, naming the sample; absent when its row is made. */
  readonly error?: PipelineError | undefined;
  readonly content?: ImageContent | undefined;
  /** What was repaired in its file; absent when nothing was. */
  readonly repaired?: string | undefined;
}

/** Outcome of each image by the answer of the threads, without those that they could not read. */
export function loadedRows<R extends RowToLoad>(
  planned: readonly R[],
  { unread, failed, repaired, contents }: LoadedChunk,
): LoadedRow<R>[] {
  const rows: (LoadedRow<R> | undefined)[] = planned.map((one, at) => ({
    planned: one,
    content: contents[at],
  }));
  for (const at of unread) rows[at] = undefined;
  for (const { at, told } of repaired) rows[at] = { ...rows[at]!, repaired: told };
  for (const { at, failure } of failed) {
    const one = planned[at]!;
    rows[at] = { planned: one, error: cannotDecode(one.sample.id, errorOfFailure(failure)) };
  }
  return rows.filter((row) => row !== undefined);
}
