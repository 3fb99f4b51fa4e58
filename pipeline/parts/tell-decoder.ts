import { fastJpegFault } from '../../operators/image/fast-jpeg/fast-jpeg.ts';
import type { ImageDecoder } from '../../operators/image/decode-options.ts';
import type { TellNote } from './run-event.ts';

/** Tells, where the quick decoder of small JPEGs was to be used and does not load, that sharp does its work. */
export async function tellDecoder(decoder: ImageDecoder, note: TellNote): Promise<void> {
  const fault = decoder === 'auto' ? await fastJpegFault() : undefined;
  if (fault !== undefined) note(fault, ['decoder']);
}
