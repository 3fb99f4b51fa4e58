import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom } from 'rxjs';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import type { ImageReading } from '../../../operators/image/image-reading.ts';
import { readModelSidecar } from '../../../outputs/model/model-sidecar.ts';
import { openEmbeddings } from '../../../outputs/embeddings/read-embeddings.ts';
import { embed } from '../../../pipeline/embed.ts';
import { train } from '../../../pipeline/train.ts';
import { tinyExport, tinyTraining } from '../../helpers/pipeline-options.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { notesOf } from '../../helpers/told.ts';

/** Two classes of two images that EXIF turns, with a gradient that shows whether it did. */
async function writeTurnedImages(folder: string): Promise<void> {
  for (const [label, name] of ['a', 'b'].entries()) {
    await fs.mkdir(path.join(folder, name), { recursive: true });
    for (let image = 0; image < 2; image += 1) {
      const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, at) =>
        at % 3 === label ? (at % 48) * 5 : image * 90,
      );
      await sharp(pixels, { raw: { width: 16, height: 8, channels: 3 } })
        .withMetadata({ orientation: 6 })
        .png()
        .toFile(path.join(folder, name, `${image}.png`));
    }
  }
}

test('a run remembers how its images were read, and an export of it reads them so', async (t) => {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeTurnedImages(data);
  const out = path.join(folder, 'run');
  const run = train(tinyTraining({ data, out, steps: 1, batchSize: 4, exif: 'ignore' }));
  await lastValueFrom(run.output$);
  await run.closed;
  const config = JSON.parse(await fs.readFile(path.join(out, 'config.json'), 'utf8')) as {
    readonly config: ImageReading;
  };
  t.is(config.config.exif, 'ignore');
  t.false('icc' in config.config, 'what is the default is absent, so that earlier runs go on');
  t.is((await readModelSidecar(path.join(out, 'encoder.onnx'))).exif, 'ignore');

  const exported = async (name: string, given: ImageReading) => {
    const target = path.join(folder, name);
    const notes = await notesOf(embed(tinyExport({ data, model: out, out: target, ...given })));
    const { manifest } = await openEmbeddings(target);
    return { notes: notes.filter((note) => note.includes('exif')), manifest };
  };
  const own = await exported('own', {});
  t.deepEqual(own.notes, []);
  t.is(own.manifest.preprocessing['exif'], 'ignore');
  const told = await exported('told', { exif: 'apply' });
  t.deepEqual(told.notes, ['Reads images with `exif: apply` as told; the model says `ignore`.']);
  t.false('exif' in told.manifest.preprocessing);
});
