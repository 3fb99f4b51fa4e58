import { PipelineError } from '../errors.ts';
import { type Fingerprint, fingerprintLine, fingerprintPositions } from '../fingerprint.ts';
import { type Permits, permits } from '../flow/permits.ts';
import { imageContent } from '../image-content.ts';
import { boundedRead } from '../loading/bounded-read.ts';
import type { Dataset, ImageContent } from '../types.ts';

/** Dataset whose images can be read. */
export type ReadableDataset = Pick<
  Dataset,
  'hash' | 'count' | 'sample' | 'read' | 'content' | 'limitsReads'
>;

/** Options of reading for a fingerprint. */
export interface TakeFingerprintOptions {
  /** Reads at the same time, of a dataset that does not bound them by itself. @default 16 of its own */
  readonly permits?: Permits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images after which it is seen whether there are enough bytes. */
const together = 32;

/** Bytes after which a fingerprint of large images ends, with the images that are being read; most of one image. */
const enoughBytes = 256 * 2 ** 20;

/**
 * Takes the fingerprint of a dataset: reads up to 256 of its images, fewer of large ones.
 *
 * @param dataset Borrowed.
 * @throws What reading throws, other than that an image cannot be read; the reason of `signal`.
 */
export async function takeFingerprint(
  dataset: ReadableDataset,
  options: TakeFingerprintOptions = {},
): Promise<Fingerprint> {
  const positions = fingerprintPositions(dataset);
  const lines: string[] = [];
  let bytes = 0;
  while (lines.length < positions.length && bytes < enoughBytes) {
    // As many as will be needed if they are as large as those before: a remote store is asked for all of them at once.
    const mean = bytes / lines.length;
    const groups = Math.max(1, Math.floor((enoughBytes - bytes) / mean / together) || 1);
    const some = positions.slice(lines.length, lines.length + groups * together);
    const images = await readContents(dataset, some, options);
    for (const [at, content] of images.entries()) {
      // Where it ends does not depend on how many were read at once.
      if (at % together === 0 && bytes >= enoughBytes) break;
      lines.push(fingerprintLine(dataset.sample(some[at]!).id, content?.sha256 ?? null));
      bytes += content?.bytes ?? 0;
    }
  }
  return lines;
}

/** Contents of the images at some positions; null where one cannot be read. */
export async function readContents(
  dataset: Pick<Dataset, 'read' | 'content' | 'limitsReads'>,
  positions: readonly number[],
  { permits: some = permits(16), signal }: TakeFingerprintOptions,
): Promise<(ImageContent | null)[]> {
  const contentOf = async (position: number): Promise<ImageContent | null> => {
    try {
      const known = dataset.content?.(position);
      return known ?? imageContent(await dataset.read(position, signal, enoughBytes));
    } catch (error) {
      if (error instanceof PipelineError && error.code === 'ERR_READ') return null;
      throw error;
    }
  };
  const reading = { dataset, permits: some };
  return await Promise.all(
    positions.map((position) => boundedRead(reading, () => contentOf(position), signal)),
  );
}
