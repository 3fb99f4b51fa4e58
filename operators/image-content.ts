import { createHash } from 'node:crypto';
import type { ImageContent } from './types.ts';

/** Content of a file, identified by the SHA-256 of its bytes. @param bytes Borrowed. */
export function imageContent(bytes: Uint8Array): ImageContent {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}

/** Bytes of a SHA-256. */
export const digestBytes = 32;
