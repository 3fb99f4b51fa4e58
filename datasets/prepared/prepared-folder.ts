import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { fileTooLarge } from '../../operators/file-too-large.ts';
import { digestBytes } from '../../operators/image-content.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import type { Dataset, DatasetNote, ImageLocation, Sample } from '../../operators/types.ts';
import { type PreparedManifest, readPreparedManifest } from './prepared-manifest.ts';
import { type PreparedImages, readPreparedImages } from './prepared-index.ts';
import { requirePosition } from '../records/require-position.ts';
import { readRange } from '../store/read-range.ts';

/*
 * A dataset that `prepare` wrote: decoded or re-encoded images in Arrow parts, with an index beside each part.
 *
 * Ids, labels, classes, count and hash are those of the dataset that it was made of, so plans are the same. An image that
 * could not be used then keeps its place: reading it fails with the reason that it had.
 */

/** Options of `openPreparedFolder`. */
export interface OpenPreparedFolderOptions {
  /** Aborts the opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepared dataset: an image is read from its part by offset and length, and checked by its CRC-32.
 *
 * No pixel is read when it is opened. `content` is that of the original files, so runs and exports that were begun on them
 * go on with it. Holds some 60 bytes and the text of the id for each image.
 *
 * @throws {PipelineError} `ERR_DATASET` when it is unfinished or damaged, naming the file.
 * @throws The reason of `signal` when it aborts.
 * @example
 * ```ts
 * const photos = await openPreparedFolder('photos-prepared');
 * console.log(photos.count, photos.prepared?.as, (await photos.read(0)).length);
 * ```
 */
export async function openPreparedFolder(
  folder: string,
  options: OpenPreparedFolderOptions = {},
): Promise<Dataset> {
  const manifest = await readPreparedManifest(folder);
  const images = await readPreparedImages(folder, manifest, options.signal);
  const { classes, preparation } = manifest;
  const { count, hash } = manifest.dataset;
  const root = path.resolve(folder);
  const files = manifest.parts.map(({ file }) => path.join(root, file));
  const reasons = new Map(manifest.parts.flatMap(({ bad }) => bad).map((one) => [one.id, one]));
  const sample = (position: number): Sample => {
    requirePosition(position, count);
    const label = images.labels[position]!;
    const several = images.labelSets.get(position);
    return {
      id: images.ids.at(position),
      label: label === -1 ? null : label,
      ...(several === undefined ? {} : { labels: several }),
    };
  };
  /** @throws {PipelineError} The reason why the image could not be used. */
  const requireUsable = (position: number): void => {
    const { id } = sample(position);
    const reason = reasons.get(id);
    if (reason === undefined) return;
    throw new PipelineError(reason.code, reason.message, { sample: id });
  };
  const place = (position: number) => placeIn(files, images, position);
  return {
    name: folder,
    classes,
    count,
    hash,
    prepared: { ...preparation, shorterSide: images.shorterSide },
    notes: notesOf(folder, manifest),
    sample,
    async read(position, signal, maxBytes = Infinity) {
      requireUsable(position);
      signal?.throwIfAborted();
      const { id } = sample(position);
      const { file, range } = place(position);
      if (range.bytes > maxBytes) throw fileTooLarge(id, range.bytes, maxBytes);
      return await readRange({ file, range }).catch((error: unknown) => {
        throw unreadable(id, file, error);
      });
    },
    size(position) {
      requirePosition(position, count);
      return Promise.resolve(images.sourceBytes[position]!);
    },
    locate(position) {
      requirePosition(position, count);
      return images.from[position] === -1 ? null : place(position);
    },
    content(position) {
      if (images.from[position] === -1) throw unidentified(sample(position).id, folder);
      requirePosition(position, count);
      const digest = images.digests.subarray(position * digestBytes, (position + 1) * digestBytes);
      const sha256 = Buffer.from(digest).toString('hex');
      return { sha256, bytes: images.sourceBytes[position]! };
    },
  };
}

function placeIn(
  files: readonly string[],
  images: PreparedImages,
  position: number,
): Required<ImageLocation> {
  return {
    file: files[images.part[position]!]!,
    range: {
      from: images.from[position]!,
      bytes: images.bytes[position]!,
      crc32: images.crc32[position]!,
    },
  };
}

function unidentified(id: string, folder: string): PipelineError {
  return new PipelineError(
    'ERR_READ',
    `\`${id}\` could not be used when \`${folder}\` was prepared: what its file holds is unknown`,
    { sample: id },
  );
}

function unreadable(id: string, file: string, cause: unknown): PipelineError {
  return new PipelineError(
    'ERR_READ',
    `Could not read \`${id}\` from \`${file}\`: ${messageOf(cause)}. \`inspect\` with \`verify: true\` looks at all of the folder; ` +
      'prepare the images again, into another folder',
    { sample: id, path: file, options: ['verify'], cause },
  );
}

/** Differences from the images that it was made of. */
function notesOf(folder: string, { dataset, parts, preparation }: PreparedManifest): DatasetNote[] {
  const bad = parts.flatMap((part) => part.bad.map(({ id }) => id));
  const repaired = parts.reduce((sum, part) => sum + (part.repaired?.length ?? 0), 0);
  const { as, quality } = preparation;
  const texts: DatasetNote[] = [];
  if (bad.length > 0) {
    texts.push({
      text:
        `${counted(bad.length, 'image', 'images')} of \`${dataset.name}\` could not be used when \`${folder}\` was prepared: ` +
        `${shownNames(bad, 3)}. They are bad images here as well; once they are repaired, prepare them with ` +
        '`resume: true` and `retryBad: true`',
      options: ['resume', 'retryBad'],
    });
  }
  if (repaired > 0) {
    texts.push({
      text: `${counted(repaired, 'image was', 'images were')} repaired when \`${folder}\` was prepared (\`tolerant: true\`)`,
      options: ['tolerant'],
    });
  }
  if (as === 'jpeg') {
    texts.push({
      text: `\`${folder}\` was encoded again as JPEG of quality ${quality}: its pixels are similar to those of \`${dataset.name}\`, not the same`,
    });
  }
  return texts;
}
