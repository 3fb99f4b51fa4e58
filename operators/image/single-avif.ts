import { ascii } from '../file-signature.ts';
import { brandsOf } from '../image-formats.ts';
import { readable } from './raw-pixels.ts';

/**
 * The still image of an AVIF, for libvips: a sequence that holds one besides (as most do) has another first brand,
 * which libvips does not know.
 *
 * @throws {UnreadableFile} When its colours are multiplied by its opacity, which libvips does not undo.
 * @see ISO/IEC 23008-12, sections 6 and 10; MIAF (ISO/IEC 23000-22), section 7.3.5.2.
 */
export function singleAvif(bytes: Uint8Array): Uint8Array {
  readable(
    !isPremultiplied(bytes),
    'it is an AVIF whose colours are multiplied by its opacity, which is not read; convert it to PNG',
  );
  const [major, ...others] = brandsOf(bytes);
  if (major !== 'avis' || !others.includes('avif')) return bytes;
  const still = Uint8Array.from(bytes);
  still.set(Buffer.from('avif'), 8);
  return still;
}

/** Tests for a reference `prem` of an image to its opacity. */
function isPremultiplied(bytes: Uint8Array): boolean {
  for (const meta of boxesIn(bytes, 0, bytes.length)) {
    if (meta.type !== 'meta') continue;
    // Four bytes of version and flags come before the boxes inside.
    for (const { type, start, end } of boxesIn(bytes, meta.start + 4, meta.end)) {
      if (type !== 'iref') continue;
      if ([...boxesIn(bytes, start + 4, end)].some((inner) => inner.type === 'prem')) return true;
    }
  }
  return false;
}

/** A box of an ISO base media file, by the range of its content. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Boxes between two places, up to the first that goes on beyond the second. */
function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<Box, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at + 8 <= to;) {
    const short = view.getUint32(at);
    const isLong = short === 1;
    if (isLong && at + 16 > to) return;
    const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? to - at : short;
    const head = isLong ? 16 : 8;
    if (size < head || at + size > to) return;
    yield { type: ascii(bytes, at + 4, at + 8), start: at + head, end: at + size };
    at += size;
  }
}
