import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import untunedSharp from 'sharp';

/**
 * sharp, set up for the whole process by importing this file. Nothing else imports the package.
 *
 * - One thread for each image: images run beside each other, as many as there are decode permits.
 * - No cache of operations: no image of a run is decoded in the same way twice.
 * - Only the loaders that are needed, and only from memory. Each more is one more parser for files that
 *   strangers wrote; SVG can even refer to other files. GIF, BMP and PNM are read by code of ours.
 *   Other users of sharp in this process see the same list, because libvips has only one.
 *
 * The list is made once, by the first thread: while a later one made it again, no thread could read anything for a moment.
 * So whoever starts threads that decode imports this file before.
 */
export const sharp: typeof untunedSharp = untunedSharp;

sharp.concurrency(1);
sharp.cache(false);

/** Set in this thread, and with it in all threads that it starts. */
const isListed = 'sincere-embeddings: loaders of libvips';

if (getEnvironmentData(isListed) !== true) {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadTiffBuffer',
      'VipsForeignLoadHeifBuffer',
    ],
  });
  setEnvironmentData(isListed, true);
}
