import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { tableFromIPC } from 'apache-arrow';
import { take } from 'rxjs';
import { partPositions } from '../../outputs/exports/export-parts.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { finalize } from '../../pipeline/finalize.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { prepare } from '../../pipeline/prepare.ts';
import { train } from '../../pipeline/train.ts';
import { filesBelow, objectServer, type ObjectServer } from '../helpers/object-server.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { type ImageSet, noisyImages, type SameSet, writeSameSet } from '../helpers/same-set.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { steps } from '../helpers/told.ts';

/*
 * Runs and exports that go on with their images in another form: the listing is the same, and so is what the images hold. While
 * also their version is, none is read for the comparison.
 */

/** Runs until so many steps were acknowledged. */
async function trainUntil(options: TrainOptions, count: number): Promise<void> {
  const run = train(options);
  await steps(run.output$)
    .pipe(take(count))
    .forEach(() => {});
  await run.closed;
}

const resultsOf = async (run: string, last: number) => ({
  metrics: await fs.readFile(path.join(run, 'metrics.arrows')),
  weights: await fs.readFile(
    path.join(run, 'checkpoints', `step-${String(last).padStart(8, '0')}.safetensors`),
  ),
});

/** A set in every form, on this machine and at a server of files. */
async function everywhere(
  t: ExecutionContext,
  images: ImageSet,
): Promise<SameSet & { readonly server: ObjectServer; readonly at: (form: string) => string }> {
  const root = await temporaryFolder(t);
  const set = await writeSameSet(root, images);
  const server = await objectServer(t, { objects: await filesBelow(root) });
  return { ...set, server, at: (form) => path.join(root, form) };
}

/** Bytes of images and shards that a server was asked for. */
const readings = ({ requests }: ObjectServer): number =>
  requests.filter(({ method }) => method === 'GET').length;

test('a run that goes on from form to form ends as one that was never interrupted', async (t) => {
  const { forms, server, at } = await everywhere(t, await noisyImages([12, 9, 5]));
  const out = at('run');
  const all = { steps: 20, checkpointEvery: 4, seed: 3 };
  const places = [
    at(forms.folder),
    at(forms.tar),
    at(forms.parquet),
    `${server.origin}/${forms.csv}`,
    `${server.origin}/${forms.tar}`,
  ];
  for (const [number, data] of places.entries()) {
    const options = tinyTraining({ ...all, data, out, resume: number > 0 });
    await (number < places.length - 1 ? trainUntil(options, 5) : train(options));
  }
  const unbroken = at('unbroken');
  await train(tinyTraining({ ...all, data: at(forms.folder), out: unbroken }));
  t.deepEqual(await resultsOf(out, 20), await resultsOf(unbroken, 20));
  const config = async (run: string): Promise<unknown> =>
    (JSON.parse(await fs.readFile(path.join(run, 'config.json'), 'utf8')) as { hash: unknown })
      .hash;
  t.is(await config(out), await config(unbroken));
});

test('one image that is another in a tar is refused by name, and changes nothing', async (t) => {
  const images = await noisyImages([6, 6]);
  const { forms, at } = await everywhere(t, images);
  const changed = new Map(images).set('b/003.jpg', images.get('a/001.jpg')!);
  const other = await temporaryFolder(t);
  await writeSameSet(other, changed);
  const tar = path.join(other, forms.tar);
  const folder = at(forms.folder);
  const message = /`b\/003\.jpg` has other bytes/u;

  const run = at('run');
  await trainUntil(tinyTraining({ data: folder, out: run, steps: 10 }), 6);
  const before = await fs.readFile(path.join(run, 'images.json'));
  const again = tinyTraining({ data: tar, out: run, steps: 10, resume: true });
  await t.throwsAsync(async () => await train(again), { code: 'ERR_CONFIG', message });
  t.deepEqual(await fs.readFile(path.join(run, 'images.json')), before);

  await train(tinyTraining({ data: folder, out: run, steps: 10, resume: true }));
  const vectors = at('vectors');
  await embed(tinyExport({ data: folder, model: run, out: vectors }));
  const more = tinyExport({ data: tar, model: run, out: vectors, resume: true });
  await t.throwsAsync(async () => await embed(more), { code: 'ERR_CONFIG', message });

  const prepared = at('prepared-again');
  await prepare({ data: folder, out: prepared });
  await t.throwsAsync(async () => await prepare({ data: tar, out: prepared, resume: true }), {
    code: 'ERR_CONFIG',
    message,
  });
});

test('images in the version of before are not read for a comparison, unless all of them are to be', async (t) => {
  const { forms, server, at } = await everywhere(t, await noisyImages([6, 6]));
  const run = at('run');
  const data = `${server.origin}/${forms.tar}`;
  const noCache = { cacheGb: 0 };
  const training = { data, out: run, steps: 10, checkpointEvery: 10, ...noCache };
  await train(tinyTraining({ ...training, data: at(forms.folder) }));
  const vectors = { data, model: run, out: at('vectors'), ...noCache };
  await embed(tinyExport({ ...vectors, data: at(forms.folder) }));
  const prepared = { data, out: at('again'), ...noCache, resume: true };
  await prepare({ ...prepared, data: at(forms.folder) });

  const goOn = {
    train: () => train(tinyTraining({ ...training, resume: true })),
    embed: () => embed(tinyExport({ ...vectors, resume: true })),
    prepare: () => prepare(prepared),
  };
  for (const [verb, again] of Object.entries(goOn)) {
    const before = readings(server);
    await again();
    const compared = readings(server);
    t.true(compared > before, `${verb}: compared, as the folder tells no version`);
    await again();
    t.is(readings(server), compared, `${verb}: the same version`);
  }
  const from = readings(server);
  await prepare({ ...prepared, verify: 'hash' });
  t.true(readings(server) > from, 'all are compared, whatever their version');
});

test('shards of different forms are one export, with the bytes of that of the folder', async (t) => {
  const few = [...(await noisyImages([8, 8], 8)).values()];
  const many = Array.from({ length: partPositions + 40 }, (_, at): [string, Uint8Array] => {
    const name = `${'ab'[at % 2]}/${String(at).padStart(5, '0')}.jpg`;
    return [name, few[at % few.length]!];
  });
  const root = await temporaryFolder(t);
  const images = new Map(many.sort(([one], [other]) => (one < other ? -1 : 1)));
  const { forms } = await writeSameSet(root, images, 2, { prepared: false });
  const at = (name: string): string => path.join(root, name);
  await train(tinyTraining({ data: at(forms.folder), out: at('run'), steps: 0 }));
  const exporting = { model: at('run'), batchSize: 256 };
  await embed(tinyExport({ ...exporting, data: at(forms.folder), out: at('whole') }));
  const shards = at('shards');
  await embed(tinyExport({ ...exporting, data: at(forms.tar), out: shards, shard: '0/2' }));
  await embed(tinyExport({ ...exporting, data: at(forms.parquet), out: shards, shard: '1/2' }));
  await finalize({ folders: [shards] });
  const parts = async (folder: string) => {
    const names = (await fs.readdir(folder)).filter((name) => name.endsWith('.arrow')).sort();
    const read = names.map(async (name) => [name, await fs.readFile(path.join(folder, name))]);
    return await Promise.all(read);
  };
  t.deepEqual(await parts(shards), await parts(at('whole')));
  const manifest = JSON.parse(await fs.readFile(path.join(shards, 'manifest.json'), 'utf8')) as {
    readonly dataset: object;
  };
  t.false('version' in manifest.dataset, 'these shards have different ones');
});

test('images of a folder are found among those of a tar', async (t) => {
  const images = await noisyImages([10, 10]);
  const { forms, at } = await everywhere(t, images);
  const copies = [...images].filter((_, index) => index % 4 === 0);
  const others = await noisyImages([5, 5], 26);
  const second = new Map([
    ...copies.map(([name, bytes]) => [name.replace('/', '/copy-'), bytes] as const),
    ...others,
  ]);
  const other = await temporaryFolder(t);
  await writeSameSet(other, new Map([...second].sort(([one], [two]) => (one < two ? -1 : 1))));
  await train(tinyTraining({ data: at(forms.folder), out: at('run'), steps: 0 }));
  await embed(tinyExport({ data: at(forms.folder), model: at('run'), out: at('one') }));
  const tar = path.join(other, forms.tar);
  await embed(tinyExport({ data: tar, model: at('run'), out: at('two') }));
  await evaluate({ train: at('one'), test: at('two'), out: at('scores') });
  const table = tableFromIPC(await fs.readFile(at('scores/overlap.arrow')));
  const found = copies.map(([name]) => name.replace('/', '/copy-'));
  t.deepEqual(new Set(table.getChild('test_id')), new Set(found));
  t.deepEqual(new Set(table.getChild('train_id')), new Set(copies.map(([name]) => name)));
});
