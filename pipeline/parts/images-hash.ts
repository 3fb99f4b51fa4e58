import { createHash } from 'node:crypto';
import { digestBytes } from '../../operators/image-content.ts';
import type {
  EmbeddingsBlock,
  EmbeddingsReader,
} from '../../outputs/embeddings/read-embeddings.ts';

/** Identity of the images of an export, built up from its blocks. */
export interface ImagesHash {
  add(block: EmbeddingsBlock): void;
  /**
   * SHA-256 (hex) over id, class and SHA-256 of each image, in order. Of an export that does not know all of its images
   * it is one over the files of its parts, so that only copies of it have the same.
   */
  digest(): string;
}

/** Begins the identity of the images of an export. */
export function imagesHash({ classes, manifest }: EmbeddingsReader): ImagesHash {
  const hash = createHash('sha256').update('images\n');
  let isKnown = true;
  return {
    add({ ids, labels, digests }) {
      let lines = '';
      for (const [row, id] of ids.entries()) {
        const digest = digests?.subarray(row * digestBytes, (row + 1) * digestBytes);
        isKnown &&= digest?.some((byte) => byte !== 0) ?? false;
        if (!isKnown) return;
        const sha256 = Buffer.from(digest!).toString('hex');
        lines += `${JSON.stringify([id, classes[labels[row]!] ?? null, sha256])}\n`;
      }
      hash.update(lines);
    },
    digest() {
      if (isKnown) return hash.digest('hex');
      const files = manifest.parts.map(({ sha256 }) => `${sha256}\n`).join('');
      return createHash('sha256').update(`files\n${files}`).digest('hex');
    },
  };
}
