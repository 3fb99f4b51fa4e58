import { ascii } from '../file-signature.ts';

/** Colour spaces of ICC profiles in which no file that is read here holds three values a pixel. */
const foreignSpaces = new Set(['XYZ ', 'Lab ', 'Luv ', 'YCbr', 'Yxy ', 'HSV ', 'HLS ', 'CMY ']);

/**
 * Tests whether the colour profile in a file is of values that are neither grey, RGB nor inks. Such a profile is not that
 * of the file, and libvips takes it all the same where the number of channels fits.
 *
 * @see ICC.1, section 7.2: the space stands at byte 16 of a profile, `acsp` at byte 36.
 */
export function hasForeignProfile(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = file.indexOf('acsp'); at !== -1; at = file.indexOf('acsp', at + 4)) {
    if (at >= 36 && foreignSpaces.has(ascii(file, at - 20, at - 16))) return true;
  }
  return false;
}
