import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { bmpFile, fewColours, inEveryFormat, smallFrameGif } from '../../helpers/image-files.ts';
import { oddJpegs, plainJpegs } from '../../helpers/odd-jpegs.ts';
import { project } from '../../helpers/project.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A Python with Pillow: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('test/fixtures/pillow_pixels.py', project));

/** Largest difference of a byte; AVIF goes through other arithmetic from YCbCr to RGB. */
const tolerance = (name: string): number => (/\.avif$|^maximum-100/u.test(name) ? 1 : 0);

/** Files that Pillow refuses without `LOAD_TRUNCATED_IMAGES`, or does not recognise, and `tolerant` takes. */
const onlyOurs = new Set([
  'no-end.jpg',
  'half-an-end.jpg',
  'bytes-before-tables.jpg',
  'newline-first.jpg',
  'newline-first-no-end.jpg',
  'wrong-sum-of-text.png',
]);

/** Files that Pillow takes, with whatever stands in the place of what is missing, and we do not. */
const onlyTheirs = new Set([
  'half-with-end.jpg',
  'overwritten-middle.jpg',
  'wrong-sum-of-pixels.png',
]);

async function comparedFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>(Object.entries(await plainJpegs()));
  for (const [name, { bytes }] of Object.entries(await oddJpegs())) files.set(name, bytes);
  const image = fewColours(21, 10);
  for (const [name, bytes] of Object.entries(await inEveryFormat(image))) {
    files.set(`format.${name}`, bytes);
  }
  const clear = Uint8Array.from(
    { length: 15 * 9 * 4 },
    (_, at) => Math.imul(at, 0x9e3779b1) >>> 24,
  );
  const open = () => sharp(clear, { raw: { width: 15, height: 9, channels: 4 } });
  files.set('alpha.png', await open().png().toBuffer());
  files.set('alpha.webp', await open().webp().toBuffer());
  files.set('alpha.tiff', await open().tiff().toBuffer());
  files.set('palette.png', await open().removeAlpha().png({ palette: true }).toBuffer());
  files.set('grey-alpha.png', await open().greyscale().png().toBuffer());
  files.set('interlaced.gif', await open().removeAlpha().gif({ progressive: true }).toBuffer());
  files.set('small-frame.gif', smallFrameGif(4, 4));
  const colours = Uint8Array.from([9, 8, 7, 0, 200, 100, 50, 0]);
  const runs = Uint8Array.from([3, 0, 2, 1, 0, 0, 0, 5, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1]);
  const size = { width: 5, height: 2 };
  files.set(
    'runs.bmp',
    bmpFile({ ...size, data: runs }, { bits: 8, compression: 1, between: colours, colours: 2 }),
  );
  const fifteen = Uint8Array.from({ length: 24 }, (_, at) => at * 10);
  files.set('fifteen-bits.bmp', bmpFile({ ...size, data: fifteen }, { bits: 16 }));
  files.set('bits.pbm', Buffer.concat([Buffer.from('P4 9 2\n'), Buffer.from([1, 128, 254, 0])]));
  const grey = Buffer.from(Array.from({ length: 30 }, (_, at) => at * 3));
  files.set('maximum-100.pgm', Buffer.concat([Buffer.from('P5 6 5 100\n'), grey]));
  const png = await open().removeAlpha().png().toBuffer();
  const text = Buffer.from('\0\0\0\x04tEXta\0bcWRNG', 'latin1');
  files.set('wrong-sum-of-text.png', Buffer.concat([png.subarray(0, 33), text, png.subarray(33)]));
  const wrong = Buffer.from(png);
  wrong[wrong.indexOf('IEND') - 5]! ^= 1;
  files.set('wrong-sum-of-pixels.png', wrong);
  files.set('no-end.png', png.subarray(0, -12));
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    files.set(
      `turned-${orientation}.jpg`,
      await open().removeAlpha().withMetadata({ orientation }).jpeg().toBuffer(),
    );
  }
  return files;
}

async function pillowVersion(): Promise<string | undefined> {
  try {
    const code = 'import PIL; print(PIL.__version__)';
    return (await promisify(execFile)(python, ['-c', code])).stdout.trim();
  } catch {
    return undefined;
  }
}

test('decodes what Pillow decodes to the same bytes, with the switches that are Pillow’s', async (t) => {
  const version = await pillowVersion();
  if (version === undefined) {
    t.log(`not compared: \`${python}\` has no Pillow; name one that has in SINCERE_PYTHON`);
    t.pass();
    return;
  }
  t.log(`compared with Pillow ${version}`);
  const folder = await temporaryFolder(t);
  const files = await comparedFiles();
  for (const [name, bytes] of files) await fs.writeFile(path.join(folder, name), bytes);
  await promisify(execFile)(python, [script, folder]);
  for (const [name, bytes] of files) {
    const theirs = await fs.readFile(path.join(folder, `${name}.rgb`)).catch(() => undefined);
    const options = { exif: 'apply', icc: 'ignore', alpha: 'drop', tolerant: true } as const;
    const ours = await decodePixels(bytes, options).catch(() => undefined);
    t.is(ours !== undefined && theirs === undefined, onlyOurs.has(name), `only ours: ${name}`);
    t.is(ours === undefined && theirs !== undefined, onlyTheirs.has(name), `only theirs: ${name}`);
    if (ours === undefined || theirs === undefined) continue;
    t.is(ours.data.length, theirs.length, name);
    const apart = ours.data.reduce(
      (most, one, at) => Math.max(most, Math.abs(one - theirs[at]!)),
      0,
    );
    t.true(apart <= tolerance(name), `${name}: ${apart}`);
  }
});
