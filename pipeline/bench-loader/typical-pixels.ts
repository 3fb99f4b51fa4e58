import { sharp } from '../../operators/image/sharp-setup.ts';
import type { Dataset } from '../../operators/types.ts';
import { evenly } from '../../outputs/exports/evenly.ts';

/** Images that are looked at. */
const looks = 5;

/**
 * Pixels of a typical image as its file has them, read from the headers of a few: their median.
 *
 * @param maxBytes Larger files are not looked at.
 * @returns Undefined when none of them has a header that sharp reads.
 */
export async function typicalPixels(
  data: Pick<Dataset, 'count' | 'read'>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const areas: number[] = [];
  for (const position of evenly(data.count, looks)) {
    signal.throwIfAborted();
    try {
      const bytes = await data.read(position, signal, maxBytes);
      const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
      areas.push(width * height);
    } catch {
      // The measurement tells images that cannot be used; of others sharp does not know the header.
    }
  }
  return areas.toSorted((a, b) => a - b)[Math.floor(areas.length / 2)];
}
