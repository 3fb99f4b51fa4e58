import { PipelineError } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import { digestBytes } from '../../operators/image-content.ts';
import {
  readContents,
  type TakeFingerprintOptions,
} from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import { evenly } from './evenly.ts';
import type { ExportPart } from './export-manifest.ts';

/** Images that rows were made of. */
export type CheckedImages = Pick<Dataset, 'sample' | 'read' | 'size' | 'content' | 'limitsReads'>;

/** Care of the comparison, and how images are read. */
export interface CheckImagesOptions extends TakeFingerprintOptions {
  /** Blocks of rows of a part, at most so many of them, evenly spread. */
  readonly blocks: (part: ExportPart, most: number) => AsyncIterable<IdentifiedRows>;
  /**
   * `size`: the sizes of all images, where the dataset knows them, and the bytes of about 1,024. `hash`: the bytes of all.
   */
  readonly verify: 'size' | 'hash';
}

/** Rows of a part, and what their images were. */
export interface IdentifiedRows {
  readonly ids: readonly string[];
  /** `[rows, 32]` SHA-256 of the file of each image, zeros where it was not identified; absent where none is known. */
  readonly digests?: Uint8Array | undefined;
}

/** Images of which the bytes are compared, blocks of rows that they are taken from. */
const [someImages, someBlocks] = [1024, 64];

/**
 * Images of finished parts that are others now than their rows say, by id: none when the export can go on.
 *
 * By the sizes of all files, where the dataset tells them (a manifest of remote images and compressed tables do not), and the
 * bytes of some; of all in a part whose sizes have
 * changed. An image that cannot be read now does not count, and neither does a row that does not say what its image was.
 *
 * @param parts Finished ones.
 * @param images Borrowed.
 * @returns Those of the first part that has any.
 */
export async function otherImages(
  parts: readonly ExportPart[],
  images: CheckedImages,
  options: CheckImagesOptions,
): Promise<string[]> {
  const apart = Math.ceil(parts.length / someBlocks);
  const blocks = Math.max(1, Math.floor(someBlocks / Math.max(1, parts.length)));
  const rows = Math.ceil(someImages / (Math.ceil(parts.length / apart) * blocks));
  for (const [at, part] of parts.entries()) {
    const positions = positionsById(part, images);
    const isSuspect = !(await hasSameSizes(part, positions, images, options));
    const isWhole = isSuspect || options.verify === 'hash';
    // The last part ends where the export was interrupted.
    if (!isWhole && (parts.length - 1 - at) % apart !== 0) continue;
    const taken = isWhole ? everything : { blocks, rows };
    const others: string[] = [];
    for await (const block of options.blocks(part, taken.blocks)) {
      others.push(...(await changedRows(block, taken.rows, positions, { images, options })));
    }
    if (others.length > 0) return others;
  }
  return [];
}

const everything = { blocks: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

/** The images that have a row in a part, and where the dataset has them. */
function positionsById(
  { first, positions, bad }: ExportPart,
  images: Pick<Dataset, 'sample'>,
): Map<string, number> {
  const without = new Set(bad.map(({ id }) => id));
  const found = new Map<string, number>();
  for (let position = first; position < first + positions; position += 1) {
    const { id } = images.sample(position);
    if (!without.has(id)) found.set(id, position);
  }
  return found;
}

/** True when the files are as long together as they were, and when nobody can say. */
async function hasSameSizes(
  { imageBytes }: ExportPart,
  positions: ReadonlyMap<string, number>,
  { size }: CheckedImages,
  { permits: some = permits(16), signal }: CheckImagesOptions,
): Promise<boolean> {
  if (size === undefined || imageBytes === null || imageBytes === undefined) return true;
  const sizeOf = async (position: number): Promise<number> =>
    await some.use(async () => await size(position), signal);
  try {
    const sizes = await Promise.all(Array.from(positions.values(), sizeOf));
    return sizes.reduce((sum, one) => sum + one, 0) === imageBytes;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'ERR_READ') return true;
    throw error;
  }
}

/** Ids of rows of a block whose images have other bytes now; at most `most` rows are looked at, evenly spread. */
async function changedRows(
  { ids, digests }: IdentifiedRows,
  most: number,
  positions: ReadonlyMap<string, number>,
  { images, options }: { readonly images: CheckedImages; readonly options: CheckImagesOptions },
): Promise<string[]> {
  if (digests === undefined) return [];
  const rows = evenly(ids.length, most).filter((row) => positions.has(ids[row]!));
  const read = rows.map((row) => positions.get(ids[row]!)!);
  const contents = await readContents(images, read, options);
  return rows.flatMap((row, at) => {
    const digest = Buffer.from(digests.subarray(row * digestBytes, (row + 1) * digestBytes));
    const now = contents[at]?.sha256;
    const isKnown = now !== undefined && digest.some((byte) => byte !== 0);
    return isKnown && digest.toString('hex') !== now ? [ids[row]!] : [];
  });
}
