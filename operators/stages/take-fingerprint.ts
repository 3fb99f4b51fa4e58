import { PipelineError } from '../errors.ts';
import { type Fingerprint, fingerprintLine, fingerprintPositions } from '../fingerprint.ts';
import { type Permits, permits } from '../flow/permits.ts';
import { imageContent } from '../image-content.ts';
import type { Dataset } from '../types.ts';

/** Dataset whose images can be read. */
export type ReadableDataset = Pick<Dataset, 'hash' | 'count' | 'sample' | 'read' | 'content'>;

/** Options of reading for a fingerprint. */
export interface TakeFingerprintOptions {
  /** Reads at the same time. @default 16 of its own */
  readonly permits?: Permits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images that are read together. */
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
  for (let from = 0; from < positions.length && bytes < enoughBytes; from += together) {
    const some = positions.slice(from, from + together);
    const images = await readContents(dataset, some, options);
    for (const [at, content] of images.entries()) {
      lines.push(fingerprintLine(dataset.sample(some[at]!).id, content?.sha256 ?? null));
      bytes += content?.bytes ?? 0;
    }
  }
  return lines;
}

/** Contents of the images at some positions; null where one cannot be read. */
export async function readContents(
  dataset: Pick<Dataset, 'read' | 'content'>,
  positions: readonly number[],
  { permits: some = permits(16), signal }: TakeFingerprintOptions,
): Promise<(ReturnType<typeof imageContent> | null)[]> {
  return await Promise.all(
    positions.map((position) =>
      some.use(async () => {
        try {
          const known = dataset.content?.(position);
          return known ?? imageContent(await dataset.read(position, signal, enoughBytes));
        } catch (error) {
          if (error instanceof PipelineError && error.code === 'ERR_READ') return null;
          throw error;
        }
      }, signal),
    ),
  );
}
