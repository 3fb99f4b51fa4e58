import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { decodePixels } from '../../operators/image/decode-pixels.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { embed } from '../../pipeline/embed.ts';
import { prepare } from '../../pipeline/prepare.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { folderBytes } from '../helpers/folder-bytes.ts';
import { fewColours, inEveryFormat } from '../helpers/image-files.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { writeColourModel } from '../helpers/onnx-models.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

/** A tree of 24 images, of which some are broken, and places beside it. */
async function imageTree(t: ExecutionContext, broken: readonly string[] = []) {
  const root = await temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  await writeImageTree(at('data'), [12, 12]);
  const whole = new Map<string, Buffer>();
  for (const id of broken) {
    whole.set(id, await fs.readFile(at(`data/${id}`)));
    await fs.writeFile(at(`data/${id}`), 'no image');
  }
  const repair = async (id: string): Promise<void> =>
    await fs.writeFile(at(`data/${id}`), whole.get(id)!);
  return { at, data: at('data'), repair };
}

test('prepared pixels are those that decoding gives, of every format, turned upright and shrunk', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await fs.mkdir(data);
  const files = await inEveryFormat(fewColours(20, 14));
  for (const [name, bytes] of Object.entries(files)) {
    await fs.writeFile(path.join(data, `${name}.${name === 'pnm' ? 'ppm' : name}`), bytes);
  }
  const { width, height, data: pixels } = fewColours(90, 60);
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(path.join(data, 'turned.jpeg'));
  for (const as of ['pixels', 'png'] as const) {
    const out = path.join(root, as);
    await prepare({ data, out, as, shrinkTo: 30 });
    const [source, prepared] = [await openDataset(data), await openDataset(out)];
    t.is(prepared.count, 9);
    for (let position = 0; position < prepared.count; position += 1) {
      const expected = await decodePixels(await source.read(position), { shrinkTo: 30 });
      t.deepEqual(await decodePixels(await prepared.read(position)), expected, as);
    }
  }
});

test('a prepared dataset is its images: names, classes, hash, content', async (t) => {
  const { at, data } = await imageTree(t);
  await prepare({ data, out: at('prepared'), limit: 5 });
  const limited = { limit: 5 };
  const [source, prepared] = [await openDataset(data, limited), await openDataset(at('prepared'))];
  t.is(prepared.hash, source.hash);
  t.deepEqual(prepared.classes, source.classes);
  t.is(prepared.count, 10);
  for (let position = 0; position < 10; position += 1) {
    t.deepEqual(prepared.sample(position), source.sample(position));
    const { bytes } = prepared.content!(position);
    t.is(bytes, (await source.read(position)).length);
    t.is(await prepared.size!(position), bytes);
  }
});

test('a run that was begun on files goes on with them prepared, bit for bit, bad images included', async (t) => {
  const { at, data } = await imageTree(t, ['a/003.png']);
  await prepare({ data, out: at('prepared') });
  const training = { steps: 8, checkpointEvery: 8 };
  await train(tinyTraining({ ...training, data, out: at('unbroken') }));
  await train(tinyTraining({ ...training, data: at('prepared'), out: at('fresh') }));
  const begun = train(tinyTraining({ ...training, data, out: at('moved') }));
  begun.output$.subscribe((event) => {
    if (event.kind === 'progress' && event.done === 3) begun.stop();
  });
  await begun.closed;
  const moved = { ...training, data: at('prepared'), out: at('moved'), resume: true };
  t.is((await train(tinyTraining(moved))).steps, 8);
  const bytes = async (out: string, file: string): Promise<Buffer> =>
    await fs.readFile(path.join(at(out), file));
  for (const file of ['encoder.onnx', 'metrics.arrows', 'quarantine.arrow']) {
    const expected = await bytes('unbroken', file);
    t.true((await bytes('moved', file)).equals(expected), `moved ${file}`);
    t.true((await bytes('fresh', file)).equals(expected), `fresh ${file}`);
  }
});

test('an export of prepared images has the bytes of one of the files, and goes on from it', async (t) => {
  const { at, data } = await imageTree(t, ['b/001.png']);
  const model = await writeColourModel(at('.'));
  await prepare({ data, out: at('prepared') });
  await embed(tinyExport({ data, model, out: at('of-files') }));
  await embed(tinyExport({ data: at('prepared'), model, out: at('of-prepared') }));
  const [files, prepared] = [
    await folderBytes(at('of-files')),
    await folderBytes(at('of-prepared')),
  ];
  t.is(prepared['part-00000.arrow'], files['part-00000.arrow']);
  t.is(prepared['quarantine.arrow'], files['quarantine.arrow']);
  const again = tinyExport({
    data: at('prepared'),
    model,
    out: at('of-files'),
    resume: true,
    verify: 'hash',
  });
  t.true((await embed(again)).unchanged);
});

test('images that could not be used are told, and prepared once they are repaired', async (t) => {
  const { at, data, repair } = await imageTree(t, ['a/003.png', 'b/001.png']);
  const out = at('prepared');
  const { rows, bad } = await prepare({ data, out });
  t.deepEqual([rows, bad], [22, 2]);
  t.is((await readQuarantine(path.join(out, 'quarantine.arrow'))).length, 2);
  await repair('a/003.png');
  await repair('b/001.png');
  const again = await prepare({ data, out, resume: true, retryBad: true });
  t.deepEqual([again.rows, again.recovered], [24, 2]);
  await prepare({ data, out: at('afresh') });
  t.deepEqual(await folderBytes(out), await folderBytes(at('afresh')));
});

test('another reading of prepared images is refused, and another size told', async (t) => {
  const { at, data } = await imageTree(t);
  const out = at('prepared');
  await prepare({ data, out, exif: 'ignore', shrinkTo: 4 });
  await t.throwsAsync(async () => await train(tinyTraining({ data: out, out: at('run') })), {
    code: 'ERR_CONFIG',
    message:
      /was prepared with `exif: ignore`, and `exif: apply` is asked for.*Ask for `exif: ignore`/u,
  });
  const run = train(tinyTraining({ data: out, out: at('run'), exif: 'ignore', steps: 1 }));
  const notes = await notesOf(run);
  t.true(
    notes.some((text) =>
      /was prepared with `shrinkTo: 4`: its images are coarser.*prepare them with `shrinkTo: 21`/u.test(
        text,
      ),
    ),
    notes.join('\n'),
  );
});

test('`maxBytes` limits files, not images as they are stored decoded', async (t) => {
  const { at, data } = await imageTree(t);
  await prepare({ data, out: at('prepared') });
  const prepared = await openDataset(at('prepared'));
  const maxBytes = 100;
  t.true((await prepared.read(0)).length > maxBytes);
  const common = { data: at('prepared'), maxBytes };
  await train(tinyTraining({ ...common, out: at('run'), steps: 1 }));
  await embed(tinyExport({ ...common, model: at('run'), out: at('vectors') }));
  t.deepEqual(await readQuarantine(at('run/quarantine.arrow')), []);
  t.deepEqual(await readQuarantine(at('vectors/quarantine.arrow')), []);
});

test('what cannot be prepared is refused', async (t) => {
  const { at, data } = await imageTree(t);
  await t.throwsAsync(async () => await prepare({ data, out: path.join(data, 'prepared') }), {
    name: 'UsageError',
    message: /`out` to be outside of the images/u,
  });
  await t.throwsAsync(async () => await prepare({ data, out: at('x'), quality: 80 }), {
    message: /`quality` to be absent unless `as: jpeg` is given/u,
  });
  await t.throwsAsync(
    async () => await prepare({ data, out: at('x'), augmentation: 'simclr', shrinkTo: 9 }),
    { message: /`augmentation` to be absent unless `imageSize` is given/u },
  );
  await t.throwsAsync(
    async () => await prepare({ data, out: at('x'), shrinkTo: 9, imageSize: 8 }),
    {
      message: /`imageSize` to be absent when `shrinkTo` is given/u,
    },
  );
  await prepare({ data, out: at('prepared') });
  await t.throwsAsync(async () => await prepare({ data: at('prepared'), out: at('twice') }), {
    code: 'ERR_CONFIG',
    message: /is a prepared dataset already/u,
  });
  await t.throwsAsync(async () => await prepare({ data, out: at('prepared') }), {
    code: 'ERR_CONFIG',
    message: /holds a finished prepared dataset already: 24 rows/u,
  });
});

test('the command line prepares in shards, finalizes, and says what was saved', async (t) => {
  const { at, data } = await imageTree(t);
  const out = at('prepared');
  for (const shard of ['0/2', '1/2']) {
    const one = await runCommandLine(['prepare', data, '--out', out, '--shard', shard, '--quiet']);
    t.is(one.exitCode, 0, one.stderr);
  }
  const refused = await runCommandLine(['embed', out, '--model', at('m.onnx'), '--out', at('e')]);
  t.is(refused.exitCode, 1);
  const joined = await runCommandLine(['finalize', out]);
  t.is(joined.exitCode, 0, joined.stderr);
  t.regex(joined.stdout, /^joined 2 shards: 24 rows in 1 part/u);
  const size = ['--as', 'jpeg', '--quality', '80', '--image-size', '8'];
  const whole = await runCommandLine(['prepare', data, '--out', at('whole'), ...size]);
  t.is(whole.exitCode, 0, whole.stderr);
  t.regex(
    whole.stderr,
    /preparing 24 images as jpeg of quality 80, shrunk to a shorter side of 21 pixels/u,
  );
  t.regex(
    whole.stdout,
    /^prepared 24 images in .*\n +files +prepared\nbytes .*\nimages\/s .*\n.*an epoch of 24 takes/u,
  );
  const json = await runCommandLine(['prepare', data, '--out', at('json'), '--json']);
  const { rows, bytes, sourceBytes, savings } = JSON.parse(json.stdout) as Record<string, unknown>;
  t.is(rows, 24);
  t.true(Number(bytes) > 0 && Number(sourceBytes) > 0);
  t.is((savings as { images: number }).images, 24);
  const unchanged = await runCommandLine([
    'prepare',
    data,
    '--out',
    at('whole'),
    ...size,
    '--resume',
  ]);
  t.regex(
    unchanged.stdout,
    /^nothing to do: the prepared dataset in .* is finished \(24 images\)/u,
  );
});
