import untunedSharp from 'sharp';

/**
 * sharp, set up for the whole process by importing this file. Nothing else imports the package.
 *
 * - One thread for each image: images run beside each other, as many as there are decode permits.
 * - No cache of operations: no image of a run is decoded in the same way twice.
 * - Only the loaders that are needed, and only from memory. Each more is one more parser for files that
 *   strangers wrote; SVG can even refer to other files. GIF, BMP and PNM are read by code of ours.
 *   Other users of sharp in this process see the same list, because libvips has only one.
 */
export const sharp: typeof untunedSharp = untunedSharp;

sharp.concurrency(1);
sharp.cache(false);
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
