import { sharp } from '../../operators/image/sharp-setup.ts';
import { madeJpeg } from './made-jpegs.ts';

/** A picture with edges, colours and noise, of any size. */
export function picture(width: number, height: number): ReturnType<typeof sharp> {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [Math.trunc(at / 3) % width, Math.trunc(at / 3 / width)];
    const wave = 90 * Math.sin(x / (7 + (at % 3)) + y / 11);
    const edge = (x >> 3) % 2 === 0 ? 60 : -20;
    const noise = (Math.imul(at + 1, 0x9e3779b1) >>> 27) - 16;
    data[at] = Math.max(0, Math.min(255, 128 + wave + edge + noise));
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Plain JPEGs of two encoders: sharp in its settings, and one that knows every layout. By name. */
export async function encodedJpegs(
  sizes: readonly (readonly [number, number])[],
  qualities: readonly number[],
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [width, height] of sizes) {
    const size = `${width} × ${height}`;
    for (const quality of qualities) {
      for (const chromaSubsampling of ['4:4:4', '4:2:0']) {
        const settings = { quality, chromaSubsampling };
        for (const optimiseCoding of [true, false]) {
          const file = await picture(width, height)
            .jpeg({ ...settings, optimiseCoding })
            .toBuffer();
          files.set(
            `${size}, quality ${quality}, ${chromaSubsampling}, codes ${optimiseCoding ? 'its own' : 'of the standard'}`,
            file,
          );
        }
        const trellis = await picture(width, height)
          .jpeg({
            ...settings,
            trellisQuantisation: true,
            overshootDeringing: true,
            quantisationTable: 3,
          })
          .toBuffer();
        files.set(`${size}, quality ${quality}, ${chromaSubsampling}, trellis`, trellis);
      }
      const grey = await picture(width, height).greyscale().jpeg({ quality }).toBuffer();
      files.set(`${size}, quality ${quality}, grey`, grey);
    }
    for (const [name, sampling] of Object.entries(layouts)) {
      for (const interval of [0, 1, 5]) {
        const made = madeJpeg({ width, height, sampling, interval, seed: files.size });
        files.set(`${size}, ${name}, restarts after ${interval}`, made);
      }
    }
  }
  return files;
}

const layouts = {
  grey: [0x11],
  'grey, sampled 2 × 2': [0x22],
  '4:4:4': [0x11, 0x11, 0x11],
  '4:2:2': [0x21, 0x11, 0x11],
  '4:4:0': [0x12, 0x11, 0x11],
  '4:2:0': [0x22, 0x11, 0x11],
  '4:1:1': [0x41, 0x11, 0x11],
  '4:4:1': [0x14, 0x11, 0x11],
};
