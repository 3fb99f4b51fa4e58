import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { embed } from '../../pipeline/embed.ts';
import { finalize } from '../../pipeline/finalize.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { folderBytes } from '../helpers/folder-bytes.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { writeColourModel } from '../helpers/onnx-models.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

/** A tree of images of which some are broken, and the way to repair them. */
async function brokenTree(t: ExecutionContext, broken: readonly string[]) {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [12, 12]);
  const whole = new Map<string, Buffer>();
  for (const id of broken) {
    whole.set(id, await fs.readFile(path.join(data, id)));
    await fs.writeFile(path.join(data, id), 'no image');
  }
  const repair = async (id: string): Promise<void> => {
    await fs.writeFile(path.join(data, id), whole.get(id)!);
  };
  return { root, data, repair };
}

const small = ['--image-size', '8', '--batch-size', '8', '--threads', '1', '--quiet'];

test('training says how many images it left out, and a run that they end lists them', async (t) => {
  const { root, data } = await brokenTree(t, ['a/000.png', 'a/003.png', 'b/001.png']);
  const out = path.join(root, 'run');
  const args = ['train', data, '--out', out, ...small, '--steps', '6'];
  const ended = await runCommandLine([...args, '--max-invalid', '0.1']);
  t.is(ended.exitCode, 1);
  const file = path.join(out, 'quarantine.arrow');
  t.regex(
    ended.stderr,
    /more than `--max-invalid 0\.1` allows.*raise the share that is allowed\. 3 images are listed in `.*quarantine\.arrow`/,
  );
  t.true(ended.stderr.includes(`\`${file}\``), ended.stderr);
  t.is((await readQuarantine(file)).length, 3);

  // The same limit again does not go on in silence.
  const again = await runCommandLine([...args, '--resume', '--max-invalid', '0.1']);
  t.is(again.exitCode, 1);
  t.regex(again.stderr, /3 of 24 images could not be used before.*`--retry-bad`/);

  const done = await runCommandLine([...args, '--resume', '--max-invalid', '0.2']);
  t.is(done.exitCode, 0, done.stderr);
  t.true(
    done.stdout.includes(`3 images could not be used and were replaced, see ${file}\n`),
    done.stdout,
  );
  const nothing = await runCommandLine([...args, '--resume']);
  t.true(nothing.stdout.startsWith(`nothing to do: the run in ${out} is finished (6 steps; `));
});

test('a class without a usable image ends training, with the list of them', async (t) => {
  const all = Array.from({ length: 12 }, (_, at) => `b/${String(at).padStart(3, '0')}.png`);
  const { root, data } = await brokenTree(t, all);
  const out = path.join(root, 'run');
  const options = tinyTraining({ data, out, steps: 2, maxInvalid: 1 });
  await t.throwsAsync(async () => await train(options), {
    code: 'ERR_DATASET',
    message: /None of the 12 images of class `b`.*12 images are listed in `.*quarantine\.arrow`/s,
  });
});

test('images of a run are tried again from the resumed step on, and the repaired ones are used', async (t) => {
  const { root, data, repair } = await brokenTree(t, ['a/000.png', 'b/001.png']);
  const out = path.join(root, 'run');
  await train(tinyTraining({ data, out, steps: 6 }));
  const left = path.join(root, 'left');
  await fs.cp(out, left, { recursive: true });
  await repair('a/000.png');
  const longer = { data, steps: 12, resume: true, retryBad: true };
  t.true(
    (await notesOf(train(tinyTraining({ ...longer, out })))).some((text) =>
      text.startsWith(
        '2 images that could not be used are tried again in the batches from step 6 on',
      ),
    ),
  );
  const rows = await readQuarantine(path.join(out, 'quarantine.arrow'));
  t.deepEqual(
    rows.map(({ id }) => id),
    ['b/001.png'],
  );
  // The plan is a function of the seed: the same repair at the same step gives the same weights.
  const { recovered, bad } = await train(tinyTraining({ ...longer, out: left }));
  t.deepEqual([recovered, bad], [1, 1]);
  const last = 'checkpoints/step-00000012.safetensors';
  t.deepEqual(await fs.readFile(path.join(left, last)), await fs.readFile(path.join(out, last)));
});

test('an export says what it left out, and a repaired image gets the bytes of an export made afresh', async (t) => {
  const { root, data, repair } = await brokenTree(t, ['a/000.png', 'b/001.png']);
  const model = await writeColourModel(root);
  const [out, fresh] = [path.join(root, 'out'), path.join(root, 'fresh')];
  const args = ['embed', data, '--model', model, '--batch-size', '8', '--threads', '1', '--quiet'];
  const said = async (...more: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runCommandLine([...args, ...more]);
    t.is(exitCode, 0, stderr);
    return stdout;
  };
  t.is(
    await said('--out', out),
    `wrote 22 rows in ${out}; 2 images could not be read, see quarantine.arrow\n`,
  );
  const finished = `the export in ${out} is finished (22 rows, 2 left out; try them again with \`--retry-bad\`)`;
  t.is(await said('--out', out, '--resume'), `nothing to do: ${finished}\n`);
  t.is(await said('--out', out, '--resume', '--retry-bad'), `nothing to do: ${finished}\n`);
  await repair('a/000.png');
  t.is(await said('--out', out, '--resume'), `nothing to do: ${finished}\n`);
  const again = await runCommandLine([...args, '--out', out]);
  t.regex(
    again.stderr,
    /finished export already: 22 rows, 2 images left out\..*`--retry-bad --resume`/,
  );
  t.is(
    await said('--out', out, '--resume', '--retry-bad'),
    `wrote 23 rows in ${out}; 1 image that was left out has a row now; 1 image could not be read, see quarantine.arrow\n`,
  );
  await said('--out', fresh);
  t.deepEqual(await folderBytes(out), await folderBytes(fresh));
  t.true((await said('--out', out, '--resume')).startsWith('nothing to do: '));
});

test('an export that too many bad images end lists them, also a shard', async (t) => {
  const { root, data, repair } = await brokenTree(t, ['a/000.png', 'b/001.png']);
  const model = await writeColourModel(root);
  const ended = async (out: string, shard?: string): Promise<string> => {
    const options = tinyExport({ data, model, out, maxInvalid: 0.05, shard, resume: true });
    const error = await t.throwsAsync(async () => await embed(options), {
      code: 'ERR_TOO_MANY_BAD',
    });
    return error.message;
  };
  const whole = path.join(root, 'whole');
  t.regex(await ended(whole), /2 images are listed in `.*whole\/quarantine\.arrow`/);
  t.is((await readQuarantine(path.join(whole, 'quarantine.arrow'))).length, 2);
  const shards = path.join(root, 'shards');
  const name = 'quarantine-00001-of-00002.arrow';
  t.true((await ended(shards, '1/2')).includes(name));
  t.is((await readQuarantine(path.join(shards, name))).length, 2);

  await repair('a/000.png');
  for (const shard of ['0/2', '1/2']) {
    await embed(tinyExport({ data, model, out: shards, maxInvalid: 0.05, shard, resume: true }));
  }
  t.false((await fs.readdir(shards)).includes(name));
  await finalize({ folders: [shards] });
  await embed(tinyExport({ data, model, out: whole, maxInvalid: 0.05, resume: true }));
  t.deepEqual(await folderBytes(shards), await folderBytes(whole));
});

test('an export is made of an earlier checkpoint that the run keeps, and others are named', async (t) => {
  const { root, data } = await brokenTree(t, []);
  const model = path.join(root, 'model');
  await train(tinyTraining({ data, out: model, steps: 6 }));
  const out = path.join(root, 'out');
  await embed(tinyExport({ data, model, out, checkpoint: 4 }));
  const { manifest } = await openEmbeddings(out);
  t.is(manifest.model['step'], 4);
  const missing = tinyExport({ data, model, out: path.join(root, 'none'), checkpoint: 5 });
  await t.throwsAsync(async () => await embed(missing), {
    code: 'ERR_CONFIG',
    message:
      /holds no checkpoint of step 5: it keeps those of the steps 0, 4, 6\. Give one of these as `checkpoint`/,
  });
  t.throws(() => tinyExport({ data, model: 'a.onnx', out, checkpoint: 4 }), {
    message: /Expected `checkpoint` to be absent when `model` is a file/,
  });
});

test('bad images of shards are tried again when the shards are joined', async (t) => {
  const { root, data, repair } = await brokenTree(t, ['a/000.png']);
  const model = await writeColourModel(root);
  const [out, fresh] = ['out', 'fresh'].map((name) => path.join(root, name));
  const given = { data, model, resume: true };
  for (const shard of ['0/2', '1/2']) await embed(tinyExport({ ...given, out: out!, shard }));
  await repair('a/000.png');
  const early = tinyExport({ ...given, out: out!, shard: '1/2', retryBad: true });
  await t.throwsAsync(async () => await embed(early), {
    code: 'ERR_CONFIG',
    message:
      /Run `finalize` first, then try .* with `retryBad: true, resume: true`, without `shard`/,
  });
  await finalize({ folders: [out!] });
  t.is((await embed(tinyExport({ ...given, out: out!, retryBad: true }))).recovered, 1);
  await embed(tinyExport({ ...given, out: fresh! }));
  t.deepEqual(await folderBytes(out!), await folderBytes(fresh!));
});
