import { sharp } from '../../operators/image/sharp-setup.ts';

/** A marker segment of a JPEG. */
export function segmentOf(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** A JPEG with these bytes, such as a segment, behind its SOI. */
export function withSegment(jpeg: Uint8Array, more: Uint8Array): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), more, jpeg.subarray(2)]);
}

/** An EXIF segment with an orientation. */
export function jpegExif(orientation: number): Buffer {
  const payload = Buffer.from(
    'Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0',
    'latin1',
  );
  payload.writeUInt16LE(orientation, 24);
  return segmentOf(0xe1, payload);
}

/** A segment with a colour profile. */
export function jpegProfile(content: Uint8Array): Buffer {
  return segmentOf(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), content]));
}

/** A photo-like picture, 40 × 32. */
function picture() {
  const data = Uint8Array.from(
    { length: 40 * 32 * 3 },
    (_, at) => (at % 120) + ((Math.imul(at, 0x9e3779b1) >>> 26) & 63),
  );
  return sharp(data, { raw: { width: 40, height: 32, channels: 3 } });
}

/** JPEGs as encoders write them. */
export async function plainJpegs(): Promise<Readonly<Record<string, Buffer>>> {
  const image = picture();
  return {
    'plain.jpg': await image.clone().jpeg({ quality: 95 }).toBuffer(),
    'full-chroma.jpg': await image.clone().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    'progressive.jpg': await image.clone().jpeg({ progressive: true }).toBuffer(),
    'grey.jpg': await image.clone().greyscale().jpeg().toBuffer(),
    'cmyk.jpg': await image.clone().toColourspace('cmyk').jpeg().toBuffer(),
  };
}

/** How a JPEG is taken: without a word, only by `tolerant`, or not at all. */
export type Taken = 'silently' | 'tolerantly' | 'never';

/** JPEGs as they come from cameras, servers and broken discs; the picture is that of `plain.jpg`. */
export async function oddJpegs(): Promise<
  Readonly<Record<string, { readonly bytes: Buffer; readonly taken: Taken }>>
> {
  const { 'plain.jpg': jpeg, 'progressive.jpg': progressive } = await plainJpegs();
  if (jpeg === undefined || progressive === undefined) throw new Error('never');
  const whole = jpeg.subarray(0, -2);
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const camera = Buffer.from(jpeg);
  camera[scan + 5 + 2 * jpeg[scan + 4]! + 1] = 0;
  const adobe = Buffer.from('Adobe\0\x64\0\0\0\0\x05', 'latin1');
  const futureJfif = Buffer.from('JFIF\0\x02\x01\0\0\x01\0\x01\0\0', 'latin1');
  const middle = Buffer.from(jpeg);
  middle.fill(0xa5, jpeg.length - 200, jpeg.length - 150);
  const of = (taken: Taken, bytes: Buffer) => ({ taken, bytes });
  return {
    'trailing-text.jpg': of('silently', Buffer.concat([jpeg, Buffer.alloc(300, 0x41)])),
    'trailing-zeros.jpg': of('silently', Buffer.concat([jpeg, Buffer.alloc(4096)])),
    'mpo-two-images.jpg': of('silently', Buffer.concat([jpeg, jpeg])),
    'bytes-before-end.jpg': of(
      'silently',
      Buffer.concat([whole, Buffer.alloc(228, 0x11), jpeg.subarray(-2)]),
    ),
    'profile-of-noise.jpg': of('silently', withSegment(jpeg, jpegProfile(Buffer.alloc(500, 0x5a)))),
    'exif-short.jpg': of('silently', withSegment(jpeg, segmentOf(0xe1, Buffer.from('Exif\0\0II')))),
    'orientation-0.jpg': of('silently', withSegment(jpeg, jpegExif(0))),
    'orientation-9.jpg': of('silently', withSegment(jpeg, jpegExif(9))),
    'camera-scan-fields.jpg': of('silently', camera),
    'future-jfif.jpg': of('silently', withSegment(jpeg, segmentOf(0xe0, futureJfif))),
    'no-end.jpg': of('tolerantly', whole),
    'half-an-end.jpg': of('tolerantly', jpeg.subarray(0, -1)),
    'unknown-adobe.jpg': of('tolerantly', withSegment(jpeg, segmentOf(0xee, adobe))),
    'bytes-before-tables.jpg': of('tolerantly', withSegment(jpeg, Buffer.alloc(3))),
    'newline-first.jpg': of('tolerantly', Buffer.concat([Buffer.from('\n'), jpeg])),
    'newline-first-no-end.jpg': of('tolerantly', Buffer.concat([Buffer.from('\r\n'), whole])),
    'half.jpg': of('never', jpeg.subarray(0, jpeg.length >> 1)),
    'half-with-end.jpg': of(
      'never',
      Buffer.concat([jpeg.subarray(0, jpeg.length >> 1), jpeg.subarray(-2)]),
    ),
    'three-bytes-short.jpg': of('never', jpeg.subarray(0, -3)),
    'header-only.jpg': of('never', jpeg.subarray(0, scan)),
    'progressive-scans-missing.jpg': of(
      'never',
      progressive.subarray(0, progressive.lastIndexOf(Buffer.from([0xff, 0xda]))),
    ),
    'overwritten-middle.jpg': of('never', middle),
  };
}
