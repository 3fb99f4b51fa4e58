import { messageOf } from '../errors.ts';
import type { CallFailure } from '../threads/call-failure.ts';
import { serveCalls } from '../threads/serve-calls.ts';
import { makeInputs } from './make-inputs.ts';
import { unpackImages } from './packed-images.ts';
import type { MadePixels, ViewCalls } from './view-calls.ts';
import { makeViews } from './views.ts';

// The other side of `openViewThreads`: makes the views of one request after the other.
serveCalls<ViewCalls>(
  {
    ready: () => null,
    views(request) {
      const { bytes, keys, recipe, options } = request;
      return { pixels: makeViews(unpackImages(request), keys, recipe, options), bytes };
    },
    inputs(request) {
      const { bytes, preprocessing, into } = request;
      return { pixels: makeInputs(unpackImages(request), preprocessing, into), bytes };
    },
  },
  { handOver: { views: buffersOf, inputs: buffersOf }, describe },
);

function buffersOf({ pixels, bytes }: MadePixels): ArrayBuffer[] {
  return [pixels.buffer, bytes.buffer];
}

function describe(error: unknown): CallFailure {
  return { code: 'ERR_ENGINE', message: `Cannot make views: ${messageOf(error)}` };
}
