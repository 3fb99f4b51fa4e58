import path from 'node:path';
import { z } from 'zod';
import { isFolder } from '../../operators/files/stat-of.ts';
import { type ImageReading, imageReadings } from '../../operators/image/image-reading.ts';
import { readManifest } from '../../outputs/embeddings/embeddings-manifest.ts';
import { manifestName } from '../../outputs/exports/export-manifest.ts';
import type { ImagesOfIds } from '../../outputs/thumbnails/images-of-ids.ts';
import { openImagesOf } from './open-images.ts';
import type { TellNote } from './run-event.ts';

/** Vectors, and where the user says that their images are; null where the vectors say it. */
interface ExportAndImages {
  readonly source: string;
  readonly images: string | null;
}

/**
 * Images that vectors were made of, read as they were read then. Undefined, which is told, when there are none.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the manifest is damaged, `ERR_DATASET` as `openImagesOf`.
 */
export async function exportedImages(
  { source, images }: ExportAndImages,
  task: { readonly signal: AbortSignal; readonly note: TellNote },
): Promise<ImagesOfIds | undefined> {
  const manifest = (await isFolder(source))
    ? await readManifest(path.join(source, manifestName))
    : undefined;
  const reading = manifest === undefined ? {} : readingOf(manifest.preprocessing);
  const stored = manifest === undefined ? [] : [manifest.dataset.name];
  return await openImagesOf({ given: images, stored, reading }, task);
}

const readings = z.object({
  exif: z.enum(imageReadings.exif).optional(),
  icc: z.enum(imageReadings.icc).optional(),
  alpha: z.enum(imageReadings.alpha).optional(),
});

/** Reading of the images of an export: the default where its preprocessing does not say. */
export function readingOf(preprocessing: Readonly<Record<string, unknown>>): ImageReading {
  const { success, data } = readings.safeParse(preprocessing);
  return success ? data : {};
}
