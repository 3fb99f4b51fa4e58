/**
 * Tests whether an APP1 segment leaves the image as it lies: no EXIF, or one that says so or says nothing of it. Every
 * doubt is a no: how a damaged one is read is the business of others.
 *
 * @see CIPA DC-008 (Exif), 4.5 and 4.6.4: a TIFF header, and tag 0x0112 in its first directory.
 */
export function isUpright(parameters: Uint8Array): boolean {
  const view = new DataView(parameters.buffer, parameters.byteOffset, parameters.length);
  if (parameters.length < 6) return true;
  // "Exif" and two zeros.
  if (view.getUint32(0) !== 0x45786966) return true;
  if (view.getUint16(4) !== 0 || parameters.length < 16) return false;
  const order = view.getUint16(6);
  const isLittle = order === 0x4949;
  if (!isLittle && order !== 0x4d4d) return false;
  if (view.getUint16(8, isLittle) !== 42 || view.getUint32(10, isLittle) !== 8) return false;
  return isDirectoryUpright(view, 14, isLittle);
}

function isDirectoryUpright(view: DataView, from: number, isLittle: boolean): boolean {
  const count = view.getUint16(from, isLittle);
  if (from + 2 + 12 * count > view.byteLength) return false;
  let last = -1;
  for (let at = from + 2; at < from + 2 + 12 * count; at += 12) {
    const tag = view.getUint16(at, isLittle);
    // Sorted, and each but once.
    if (tag <= last) return false;
    last = tag;
    if (tag !== 0x0112) continue;
    const isOneShort =
      view.getUint16(at + 2, isLittle) === 3 && view.getUint32(at + 4, isLittle) === 1;
    if (!isOneShort || view.getUint16(at + 8, isLittle) !== 1) return false;
  }
  return true;
}
