import { digestText } from '../../operators/image-content.ts';
import type { ImageReading } from '../../operators/image/image-reading.ts';
import type { Dataset } from '../../operators/types.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import type {
  ImagesOfIds,
  ImagesOfSets,
  WantedImage,
} from '../../outputs/thumbnails/images-of-ids.ts';
import { imagesOfDataset } from './images-of-ids.ts';
import { openImagesOf, type OpeningImages, openNamed } from './open-images.ts';

/** A set that a result knows: what it is of, and where it was. */
export interface KnownSet {
  /** `Dataset.hash`. */
  readonly hash: string;
  /** `Dataset.name`. */
  readonly name: string;
  readonly reading: ImageReading;
  /** Finished export that knows the SHA-256 of its images. @default none */
  readonly exported?: string | undefined;
}

/** Where images are looked for. */
export interface FindingImages extends OpeningImages {
  /** Locations that the user gave; null for none. */
  readonly given: readonly string[] | null;
  readonly sets: readonly KnownSet[];
}

/**
 * Images of the sets that results were made of: those that the user named, else at the places that results name.
 *
 * Images that the user named are opened at once, others when they are asked for. Of images that the user named, those whose listing has the hash of the set are taken;
 * the only ones that were named are taken in any case, as an export may be of a part of them. The bytes of images are
 * compared with those that the export knows.
 *
 * @throws {PipelineError} `ERR_DATASET` when images that the user named cannot be opened.
 */
export async function imagesOfSets(finding: FindingImages): Promise<ImagesOfSets> {
  const opened = new Map<string, Promise<ImagesOfIds | undefined>>();
  const named = await openAll(finding.given ?? [], finding);
  const open = async (hash: string): Promise<ImagesOfIds | undefined> => {
    const known = finding.sets.filter((set) => set.hash === hash);
    const images =
      finding.given === null
        ? await storedImages(known, finding)
        : namedImages(named, { hash, known, finding });
    const exported = known.find((set) => set.exported !== undefined)?.exported;
    return images === undefined || exported === undefined
      ? images
      : withDigests(images, exported, finding.signal);
  };
  return {
    of(hash) {
      const images = opened.get(hash) ?? open(hash);
      opened.set(hash, images);
      return images;
    },
  };
}

async function storedImages(known: readonly KnownSet[], finding: FindingImages) {
  const stored = [...new Set(known.map(({ name }) => name))];
  return await openImagesOf({ given: null, stored, reading: known[0]?.reading }, finding);
}

async function openAll(
  given: readonly string[],
  opening: OpeningImages,
): Promise<readonly Dataset[]> {
  const datasets: Dataset[] = [];
  for (const location of given) datasets.push(await openNamed(location, opening));
  return datasets;
}

interface NamedSet {
  readonly hash: string;
  readonly known: readonly KnownSet[];
  readonly finding: FindingImages;
}

function namedImages(
  datasets: readonly Dataset[],
  { hash, known, finding }: NamedSet,
): ImagesOfIds | undefined {
  const only = datasets.length === 1 ? datasets[0] : undefined;
  const data = datasets.find((one) => one.hash === hash) ?? only;
  if (data !== undefined) return imagesOfDataset(data, known[0]?.reading);
  const set = known[0] === undefined ? 'one of the sets' : `the set \`${known[0].name}\``;
  finding.note(`No thumbnails of ${set}: none of the \`images\` has its listing`, ['images']);
  return undefined;
}

/** Images whose bytes are compared with those that an export was made of. */
function withDigests(images: ImagesOfIds, folder: string, signal: AbortSignal): ImagesOfIds {
  return {
    name: images.name,
    async *images(wanted, side, chosen) {
      const unknown = wanted.filter(({ sha256 }) => typeof sha256 !== 'string');
      const digests = await digestsOf(folder, unknown, signal);
      const known = wanted.map(({ id, sha256 }) => ({
        id,
        sha256: sha256 ?? digests.get(id) ?? null,
      }));
      yield* images.images(known, side, chosen);
    },
  };
}

/** SHA-256 of the files of some images, as an export has them; one block of it in memory at a time. */
async function digestsOf(
  folder: string,
  wanted: readonly WantedImage[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(wanted.map(({ id }) => id));
  const found = new Map<string, string>();
  for await (const { ids: rows, digests } of (await openEmbeddings(folder)).blocks()) {
    signal.throwIfAborted();
    if (digests === undefined || ids.size === 0) break;
    for (const [row, id] of rows.entries()) {
      const sha256 = ids.delete(id) ? digestText(digests, row) : null;
      if (sha256 !== null) found.set(id, sha256);
    }
  }
  return found;
}
