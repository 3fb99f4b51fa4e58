import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { computesInt8, processorFeatures } from '../../operators/threads/processor-features.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { finalizeEmbeddings } from '../../outputs/embeddings/finalize-embeddings.ts';
import { embed } from '../../pipeline/embed.ts';
import type { EmbedOptions } from '../../pipeline/options/embed-options.ts';
import { train } from '../../pipeline/train.ts';
import { fixturePath, imagenetSidecar } from '../helpers/model-fixtures.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { testWhere } from '../helpers/test-where.ts';
import { notesOf } from '../helpers/told.ts';

// One after another: the trial counts the processor time of this process.
const ifHere = testWhere(
  computesInt8(processorFeatures()) ? undefined : 'this processor has neither VNNI nor AMX',
  test.serial,
);

const data = 'synthetic:shapes?count=128&size=24&classes=4';

let root = '';
let model = '';

test.before(async (t) => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-precision-'));
  model = path.join(root, 'run');
  // Wide enough that convolutions are most of the work.
  const network = { encoder: 'resnet8', width: 4, imageSize: 24 } as const;
  await train(tinyTraining({ data, out: model, ...network, batchSize: 8, steps: 2 }));
  t.pass();
});

test.after.always(async () => await fs.rm(root, { recursive: true, force: true }));

const at = (name: string): string => path.join(root, name);

function exporting(out: string, rest: Partial<EmbedOptions> = {}) {
  return embed(tinyExport({ data, model, out: at(out), batchSize: 32, ...rest }));
}

interface Manifest {
  readonly model: { precision?: { calibration: { scales: number[] }; trial: unknown } };
  readonly parts: readonly { readonly sha256: string; readonly file: string }[];
}

async function manifestOf(out: string, name = 'manifest.json'): Promise<Manifest> {
  return JSON.parse(await fs.readFile(path.join(at(out), name), 'utf8')) as Manifest;
}

async function rowsOf(out: string): Promise<Float32Array> {
  const reader = await openEmbeddings(at(out));
  for await (const { projection } of reader.blocks()) return projection!.slice();
  throw new Error('Expected a block of rows');
}

/** Makes an export one that was begun and has no part yet, and its scales others. */
async function begunOnOtherScales(out: string): Promise<readonly number[]> {
  const manifest = await manifestOf(out);
  const scales = manifest.model.precision!.calibration.scales.map((scale) =>
    Math.fround(scale * 2),
  );
  manifest.model.precision!.calibration.scales = scales;
  for (const { file } of manifest.parts) await fs.rm(path.join(at(out), file));
  const begun = { ...manifest, parts: [], done: false };
  await fs.writeFile(path.join(at(out), 'manifest.json'), JSON.stringify(begun));
  return scales;
}

ifHere('an export in int8 is tried first, and tells its trial', async (t) => {
  const notes = await notesOf(exporting('one', { precision: 'int8' }));
  t.regex(notes.join('\n'), /trying int8: 64 images .* set its scales, 64 others compare it/u);
  t.regex(notes.join('\n'), /int8 passed its trial on 64 images: `embedding` cosine 0\.999/u);
  t.regex(notes.join('\n'), /k-NN not measured, for want of 1,000 images/u);
  const one = await manifestOf('one');
  // A few images are not worth a trial: `auto` leaves them in float32.
  const ofAuto = await notesOf(exporting('exact', { precision: 'auto' }));
  t.regex(ofAuto.join('\n'), /`precision: auto` takes float32: with fewer than 8,192 images/u);
  const exact = await manifestOf('exact');
  t.is(exact.model.precision, undefined);
  t.not(exact.parts[0]!.sha256, one.parts[0]!.sha256);
});

ifHere('an export that was begun in int8 goes on with its own scales and no trial', async (t) => {
  await fs.cp(at('one'), at('begun'), { recursive: true });
  const before = await rowsOf('begun');
  const scales = await begunOnOtherScales('begun');
  const notes = await notesOf(exporting('begun', { precision: 'int8', resume: true }));
  t.notRegex(notes.join('\n'), /trying int8/u);
  t.deepEqual((await manifestOf('begun')).model.precision!.calibration.scales, scales);
  t.notDeepEqual(await rowsOf('begun'), before);
  // What was left open follows it, and finds nothing to do.
  const { unchanged } = await exporting('begun', { precision: 'auto', resume: true });
  t.true(unchanged);
});

ifHere(
  'shards of one folder share the scales of the first, which are those of an export without shards',
  async (t) => {
    await exporting('shards', { precision: 'int8', shard: '0/2' });
    const notes = await notesOf(exporting('shards', { precision: 'int8', shard: '1/2' }));
    t.notRegex(notes.join('\n'), /trying int8/u);
    await finalizeEmbeddings([at('shards')]);
    t.deepEqual(await manifestOf('shards'), await manifestOf('one'));
  },
);

ifHere('no export holds rows of float32 and of int8', async (t) => {
  await t.throwsAsync(async () => await exporting('exact', { precision: 'int8', resume: true }), {
    code: 'ERR_CONFIG',
    message: /was begun in float32, and no export holds vectors of both/u,
  });
  await t.throwsAsync(async () => await exporting('one', { resume: true }), {
    code: 'ERR_CONFIG',
    message: /was begun in int8.*Continue with `precision: int8`/u,
  });
});

test.serial('int8 without images to try it on is refused', async (t) => {
  const few = 'synthetic:shapes?count=20&classes=4';
  await t.throwsAsync(async () => await exporting('few', { data: few, precision: 'int8' }), {
    code: 'ERR_CONFIG',
    message: /fewer than 64 images it has nothing to be tried on, and here are 20/u,
  });
});

test.serial('int8 on an engine that has none is refused, with the one that has it', async (t) => {
  await t.throwsAsync(async () => await exporting('cpu', { precision: 'int8', engine: 'cpu' }), {
    code: 'ERR_CONFIG',
    message: /it needs `engine: onnx` with `device: cpu`, and this is cpu/u,
  });
});

test.serial('an ONNX file is run as it is: int8 is refused', async (t) => {
  const file = at('model.onnx');
  await fs.copyFile(fixturePath('resnet.onnx'), file);
  await fs.writeFile(at('model.json'), JSON.stringify(imagenetSidecar));
  await t.throwsAsync(
    async () => await embed({ data, model: file, out: at('x'), precision: 'int8' }),
    {
      message: /`precision` to be `float32` when `model` is a file/u,
    },
  );
});
