import { type ImageFormat, imageFormat } from '../image-formats.ts';
import type { RepairedFile } from './repaired-file.ts';
import { repairedJpeg } from './repaired-jpeg.ts';
import { repairedPng } from './repaired-png.ts';
import { counted } from '../message-words.ts';

/**
 * A file that a strict decoder may take, of one that it does not. It repairs what stands around the pixels, never the
 * pixels: where some are missing the strict decoder refuses the repaired file as well.
 *
 * @returns Undefined when there is nothing to repair.
 */
export function repairedFile(format: ImageFormat, bytes: Uint8Array): RepairedFile | undefined {
  if (format === 'jpeg') return repairedJpeg(bytes);
  return format === 'png' ? repairedPng(bytes) : undefined;
}

/** Most bytes of white space that are passed over before a file begins. */
const mostLeading = 64;

/** A file of a known format behind white space, zeros or a byte order mark, as a script may put them there. */
export function withoutLeading(bytes: Uint8Array): RepairedFile | undefined {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < mostLeading && [0, 9, 10, 13, 32].includes(bytes[at]!)) at += 1;
  if (at === 0) return undefined;
  const rest = bytes.subarray(at);
  const told = [`it has ${counted(at, 'byte')} of white space before its beginning`];
  return imageFormat(rest) === undefined ? undefined : { bytes: rest, told };
}
