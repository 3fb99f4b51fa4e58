import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { exportEncoder } from '../../operators/engine/onnx-engine.ts';
import { hashTensors } from '../../outputs/run/checkpoints.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import { embed } from '../../pipeline/embed.ts';
import { UsageError } from '../../pipeline/options/usage-error.ts';
import { readEmbeddableConfig } from '../../pipeline/parts/run-config.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1, checkpointEvery: 2 } as const;

test('the average of a run is in its checkpoints, and is what is exported, embedded and started from', async (t) => {
  const root = await temporaryFolder(t);
  const [data, out] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [9, 9]);
  await train({ data, out, ...tiny, steps: 4, ema: 0.99 });
  const { config, checkpoint } = await readRun(out);
  t.is(config['ema'], 0.99);
  const { weights, average } = checkpoint;
  t.deepEqual([...average!.keys()], [...weights.keys()]);
  t.notDeepEqual(average!.get('conv1.weight'), weights.get('conv1.weight'));

  const { encoder, imageSize } = readEmbeddableConfig(config, out);
  const exported = await exportEncoder(encoder, average!, imageSize);
  t.deepEqual(new Uint8Array(await fs.readFile(path.join(out, 'encoder.onnx'))), exported);
  const vectors = path.join(root, 'vectors');
  await embed({ data, model: out, out: vectors });
  const manifest = await fs.readFile(path.join(vectors, 'manifest.json'), 'utf8');
  t.true(manifest.includes(hashTensors(average!)));
  t.false(manifest.includes(hashTensors(weights)));
  t.true(manifest.includes('"averaged"'));
  const raw = path.join(root, 'raw');
  await embed({ data, model: out, weights: 'raw', out: raw });
  const ofRaw = await fs.readFile(path.join(raw, 'manifest.json'), 'utf8');
  t.true(ofRaw.includes(hashTensors(weights)));
  t.false(ofRaw.includes('"averaged"'));
  // One export is of one kind.
  await t.throwsAsync(embed({ data, model: out, out: raw, resume: true }), { code: 'ERR_CONFIG' });
  const file = path.join(out, 'encoder.onnx');
  await t.throwsAsync(embed({ data, model: file, weights: 'raw', out: path.join(root, 'no') }), {
    instanceOf: UsageError,
    message: /`weights` to be absent when `model` is a file/u,
  });

  const next = path.join(root, 'next');
  const notes = await notesOf(train({ data, out: next, ...tiny, steps: 0, init: out }));
  t.true(notes.includes(`\`${out}\` keeps a moving average of its weights: these are taken`));
  const started = (await readRun(next)).checkpoint;
  t.deepEqual(started.weights, average);
  t.is(started.average, undefined);
});

test('an averaged run whose last checkpoints are lost ends as the unbroken one, bit for bit', async (t) => {
  const root = await temporaryFolder(t);
  const [data, out] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [9, 9]);
  await train({ data, out, ...tiny, steps: 6, ema: 0.9, optimizer: 'adamw' });
  const last = path.join(out, 'checkpoints', 'step-00000006.safetensors');
  const unbroken = await Promise.all(
    [last, path.join(out, 'metrics.arrows')].map((file) => fs.readFile(file)),
  );
  await fs.rm(last);
  await fs.truncate(path.join(out, 'checkpoints', 'step-00000004.safetensors'), 50);
  t.is((await train({ out, resume: true })).stepsDone, 4);
  t.deepEqual(await fs.readFile(last), unbroken[0]);
  t.deepEqual(await fs.readFile(path.join(out, 'metrics.arrows')), unbroken[1]);
  await t.throwsAsync(train({ out, resume: true, ema: 0.95 }), {
    code: 'ERR_CONFIG',
    message: /`ema`: 0\.9 before, 0\.95 now/u,
  });
});
