import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { convert } from '../../pipeline/convert.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { readLogRows } from '../helpers/log-rows.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { hasPython, pythonJson } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';

const ids = ['a/000.png', 'a/001.png', 'a/002.png', 'b/000.png', 'b/001.png'];
const projection = unitRows(5, 4, 'projector');

const logRows = async (file: string) => {
  const rows: Readonly<Record<string, number>>[] = [];
  for await (const row of readLogRows(file)) rows.push(row);
  return rows;
};

/** Five images of two classes, and an export of them that knows where they are. */
async function exported(t: ExecutionContext, name?: string) {
  const photos = path.join(await temporaryFolder(t), 'photos');
  await writeImageTree(photos, [3, 2]);
  const files = await Promise.all(ids.map((id) => fs.readFile(path.join(photos, id))));
  const source = await writeVectorExport(t, {
    projection,
    size: 4,
    labels: [0, 0, 0, 1, 1],
    classes: ['a', 'b'],
    ids,
    files,
    name: name ?? photos,
  });
  return { photos, source, out: path.join(path.dirname(source), 'projector') };
}

/** What the Python side of TensorBoard's projector says to its page. */
const projector = `
import json, sys, types
import numpy as np
from tensorboard.plugins import base_plugin
from tensorboard.plugins.projector import projector_plugin
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from werkzeug import test, wrappers
multiplexer = plugin_event_multiplexer.EventMultiplexer()
multiplexer.AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
plugin = projector_plugin.ProjectorPlugin(base_plugin.TBContext(logdir=sys.argv[1], multiplexer=multiplexer,
    data_provider=data_provider.MultiplexerDataProvider(multiplexer, sys.argv[1])))
routes = plugin.get_plugin_apps()
def ask(route, **query):
    client = test.Client(routes[route], wrappers.Response)
    response = client.get(route, query_string=query)
    assert response.status_code == 200, response.data
    return response
[run] = json.loads(ask('/runs').data)
info = json.loads(ask('/info', run=run).data)
name = info['embeddings'][0]['tensorName']
tensor = np.frombuffer(ask('/tensor', run=run, name=name).data, 'f4')
sprite = ask('/sprite_image', run=run, name=name) if info['embeddings'][0].get('sprite') else None
print(json.dumps({'info': info, 'tensor': tensor.astype('f8').tolist(),
    'metadata': ask('/metadata', run=run, name=name).data.decode(),
    'sprite': sprite and [sprite.headers['content-type'], len(sprite.data)]}))
`;

test("TensorBoard's projector reads vectors, metadata and thumbnails", async (t) => {
  const { source, out } = await exported(t);
  t.deepEqual(await notesOf(convert({ source, to: 'projector', out })), []);
  t.deepEqual((await fs.readdir(out)).toSorted(), [
    'metadata.tsv',
    'projector_config.pbtxt',
    'sprite.jpg',
    'tensors-0.tsv',
    'tensors-1.tsv',
  ]);
  const { width, height } = await sharp(await fs.readFile(path.join(out, 'sprite.jpg'))).metadata();
  t.deepEqual([width, height], [96, 96]);
  if (!(await hasPython(t, 'numpy', 'tensorboard'))) return;
  const found = (await pythonJson(projector, [out])) as {
    readonly info: { readonly embeddings: readonly Readonly<Record<string, unknown>>[] };
    readonly tensor: readonly number[];
    readonly metadata: string;
    readonly sprite: readonly [string, number];
  };
  const [embedding, projected] = found.info.embeddings;
  t.like(embedding, { tensorName: 'embedding', tensorShape: [5, 4] });
  t.like(projected, { tensorName: 'projection', tensorPath: 'tensors-1.tsv' });
  t.like(embedding!['sprite'], { imagePath: 'sprite.jpg', singleImageDim: [32, 32] });
  t.deepEqual(found.tensor, Array.from(projection.map((value) => 3 * value)));
  const lines = ids.map((id) => `${id}\t${id[0]}`);
  t.deepEqual(found.metadata.split('\n'), ['id\tlabel', ...lines, '']);
  t.is(found.sprite[0], 'image/jpeg');
  t.is(found.sprite[1], (await fs.stat(path.join(out, 'sprite.jpg'))).size);
});

test('images that have changed or cannot be read are told, and a hostile file is a grey cell', async (t) => {
  const { photos, source, out } = await exported(t);
  await fs.copyFile(path.join(photos, ids[0]!), path.join(photos, ids[1]!));
  await fs.writeFile(path.join(photos, ids[2]!), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await fs.rm(path.join(photos, ids[4]!));
  const notes = await notesOf(convert({ source, to: 'projector', out }));
  t.is(notes.length, 2);
  t.regex(
    notes[0]!,
    /^2 images have no thumbnail but a grey cell\. The first one: .*`a\/002\.png`/u,
  );
  t.regex(notes[1]!, /^1 image has other bytes in `.*photos` than .*: `a\/001\.png`\. Thumb/u);
  const { data, info } = await sharp(await fs.readFile(path.join(out, 'sprite.jpg')))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middleOf = (place: number): number[] => {
    const [x, y] = [32 * (place % 3) + 16, 32 * Math.floor(place / 3) + 16];
    return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  };
  for (const place of [2, 4]) t.deepEqual(middleOf(place), [128, 128, 128]);
});

test('without images there are no thumbnails, which is told with the way out', async (t) => {
  const { photos, source, out } = await exported(t, '/no/such/photos');
  const notes = await notesOf(convert({ source, to: 'projector', out }));
  t.is(notes.length, 1);
  t.regex(
    notes[0]!,
    /^No thumbnails: the images are no longer at `\/no\/such\/photos`.*with `images`$/u,
  );
  t.notRegex(await fs.readFile(path.join(out, 'projector_config.pbtxt'), 'utf8'), /sprite/u);
  t.deepEqual(await notesOf(convert({ source, to: 'projector', out, images: photos })), []);
  t.true((await fs.readdir(out)).includes('sprite.jpg'));
});

test('a place over a network that vectors name is asked only when the user names it', async (t) => {
  const { source, out } = await exported(t, 'http://127.0.0.1:9/photos/');
  const notes = await notesOf(convert({ source, to: 'projector', out }));
  t.is(notes.length, 1);
  t.regex(
    notes[0]!,
    /^No thumbnails: the images are at `http:.*`, over a network\. Say .*`images`$/u,
  );
});

test('folders for TensorBoard lead to it, and are told as what they are', async (t) => {
  const { source, out } = await exported(t);
  const run = path.join(path.dirname(source), 'run');
  await train(
    tinyTraining({ data: 'synthetic:shapes?classes=3&count=24&size=8', out: run, steps: 1 }),
  );
  const made = [
    ['projector', source, out, "Folder for TensorBoard's embedding projector"],
    ['tensorboard', run, `${out}-events`, 'Folder of TensorBoard events'],
  ] as const;
  for (const [to, from, folder, what] of made) {
    const board = `\n    tensorboard --logdir ${folder}\n`;
    const converted = await runCommandLine(['convert', from, '--to', to, '--out', folder]);
    t.true(converted.stdout.endsWith(board), converted.stdout + converted.stderr);
    const { exitCode, stdout } = await runCommandLine(['inspect', folder]);
    t.is(exitCode, 0);
    t.true(stdout.startsWith(`${folder}: ${what}\n`), stdout);
    t.true(stdout.endsWith(board), stdout);
  }
});

test('images that the user names must be there', async (t) => {
  const { source, out } = await exported(t);
  const images = path.join(path.dirname(out), 'nowhere');
  await t.throwsAsync(notesOf(convert({ source, to: 'projector', out, images })), {
    code: 'ERR_DATASET',
    message: /nowhere/u,
  });
  t.false((await fs.readdir(path.dirname(out))).includes('projector'));
});

test('tabs and line ends in ids make no cells and rows of the projector', async (t) => {
  const odd = ['a\tb', 'c\nd', 'e\r\nf', String.raw`g\n`, '"h"'];
  const source = await writeVectorExport(t, {
    projection,
    size: 4,
    labels: [0, 0, 0, 0, -1],
    classes: ['<b>'],
    ids: odd,
  });
  const out = path.join(path.dirname(source), 'projector');
  await notesOf(convert({ source, to: 'projector', out }));
  t.deepEqual((await fs.readFile(path.join(out, 'metadata.tsv'), 'utf8')).split(/[\r\n]/u), [
    'id\tlabel',
    String.raw`a\tb` + '\t<b>',
    String.raw`c\nd` + '\t<b>',
    String.raw`e\r\nf` + '\t<b>',
    String.raw`g\\n` + '\t<b>',
    '"h"\t',
    '',
  ]);
});

const events = `
import json, sys
from tensorboard.backend.event_processing import event_accumulator as ea
read = ea.EventAccumulator(sys.argv[1], size_guidance={ea.SCALARS: 0})
read.Reload()
print(json.dumps({tag: [[e.step, None if e.value != e.value else e.value, e.wall_time] for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}))
`;

test('TensorBoard reads the metrics and validations of a run, with the seconds of its training', async (t) => {
  const run = path.join(await temporaryFolder(t), 'run');
  const data = 'synthetic:shapes?classes=3&count=24&size=8';
  const validate = { validate: 'test', validateEvery: 2 };
  await train(tinyTraining({ data, out: run, steps: 4, ...validate }));
  const out = path.join(path.dirname(run), 'events');
  const { rows } = await convert({ source: run, to: 'tensorboard', out });
  const metrics = await logRows(path.join(run, 'metrics.arrows'));
  const validation = await logRows(path.join(run, 'validation.arrows'));
  const timing = await logRows(path.join(run, 'timing.arrows'));
  t.is(rows, metrics.length + validation.length);
  const again = path.join(path.dirname(run), 'again');
  await convert({ source: run, to: 'tensorboard', out: again });
  const [[file], [same]] = await Promise.all([fs.readdir(out), fs.readdir(again)]);
  t.deepEqual(await fs.readFile(path.join(out, file!)), await fs.readFile(path.join(again, same!)));
  if (!(await hasPython(t, 'tensorboard'))) return;
  const found = (await pythonJson(events, [out])) as Readonly<
    Record<string, readonly (readonly [number, number, number])[]>
  >;
  let seconds = 0;
  const times = timing.map((row) => (seconds += row['wall_ms']! / 1000));
  t.deepEqual(
    found['train/loss'],
    metrics.map((row, at) => [row['step'], Math.fround(row['loss']!), times[at]]),
  );
  t.deepEqual(
    found['validation/knn5_accuracy'],
    validation.map((row) => {
      const step = row['step']!;
      return [step, Math.fround(row['knn5_accuracy']!), times[step - 1]];
    }),
  );
});

test('what is no run has no events', async (t) => {
  const { source, out } = await exported(t);
  await t.throwsAsync(notesOf(convert({ source, to: 'tensorboard', out })), {
    code: 'ERR_FORMAT',
    message: /holds no run/u,
  });
  t.false((await fs.readdir(path.dirname(out))).includes('projector'));
});
