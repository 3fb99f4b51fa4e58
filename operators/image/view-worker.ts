import { parentPort } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { RgbImage } from '../types.ts';
import { makeInputs } from './make-inputs.ts';
import type { PackedViewRequest, ViewReply } from './view-work.ts';
import { makeViews } from './views.ts';

// The other side of `openViewThread`: makes the views of one request after the other.
if (parentPort === null) throw new Error('Expected to run in a worker thread');
const port = parentPort;

port.on('message', (request: PackedViewRequest) => {
  const { number } = request;
  try {
    const views = made(request);
    const { bytes } = request;
    const reply: ViewReply = { kind: 'views', number, views, bytes };
    port.postMessage(reply, [views.buffer, bytes.buffer]);
  } catch (error) {
    const reply: ViewReply = { kind: 'failed', number, message: messageOf(error) };
    port.postMessage(reply);
  }
});
const ready: ViewReply = { kind: 'ready' };
port.postMessage(ready);

function made(request: PackedViewRequest): Float32Array<ArrayBuffer> {
  const { work } = request;
  const images = unpacked(request);
  switch (work.kind) {
    case 'views':
      return makeViews(images, work.keys, work.recipe, work.options);
    case 'inputs':
      return makeInputs(images, work.preprocessing, work.into);
    default:
      throw new TypeError(`Unknown work: ${String(work satisfies never)}`);
  }
}

function unpacked({ bytes, sizes }: PackedViewRequest): RgbImage[] {
  const images: RgbImage[] = [];
  let offset = 0;
  for (let at = 0; at < sizes.length; at += 2) {
    const width = sizes[at]!;
    const height = sizes[at + 1]!;
    const length = width * height * 3;
    images.push({ width, height, data: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return images;
}
