import { createHash } from 'node:crypto';
import type { ImageContent } from './types.ts';

/** Content of a file, identified by the SHA-256 of its bytes. @param bytes Borrowed. */
export function imageContent(bytes: Uint8Array): ImageContent {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}

/**
 * SHA-256 in hex of one of many files; null when it is unknown, all zeros.
 *
 * @param digests `[files, 32]`; undefined when none is known. Borrowed.
 */
export function digestText(digests: Uint8Array | undefined, file: number): string | null {
  const digest = digests?.subarray(file * digestBytes, (file + 1) * digestBytes);
  if (digest === undefined || digest.every((byte) => byte === 0)) return null;
  return Buffer.from(digest).toString('hex');
}

/** Bytes of a SHA-256. */
export const digestBytes = 32;
