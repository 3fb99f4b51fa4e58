import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { EmbeddingsManifest } from '../../outputs/embeddings/embeddings-manifest.ts';
import { partPositions } from '../../outputs/exports/export-parts.ts';
import { counted } from '../../operators/message-words.ts';
import { embed } from '../../pipeline/embed.ts';
import { train } from '../../pipeline/train.ts';
import { folderBytes } from '../helpers/folder-bytes.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { writeManyImages } from '../helpers/many-images.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { type EndedProgram, runProgram } from '../helpers/program.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const hook = new URL('../fixtures/signal-after-rename.mjs', import.meta.url);
const small = ['--batch-size', '32', '--threads', '1', '--prefetch', '1', '--quiet'];

/** Runs the program, signalled as soon as a file has got this name. */
async function signalledAfter(
  name: string,
  signal: NodeJS.Signals,
  args: readonly string[],
): Promise<EndedProgram> {
  const env = { SIGNAL_AFTER: name, SIGNAL_SENT: signal, NODE_OPTIONS: `--import=${hook.href}` };
  return await runProgram(args, env);
}

async function manifestOf(out: string): Promise<EmbeddingsManifest> {
  return JSON.parse(
    await fs.readFile(path.join(out, 'manifest.json'), 'utf8'),
  ) as EmbeddingsManifest;
}

test('a retried export killed between its part and its manifest ends with the bytes of a fresh one', async (t) => {
  t.timeout(300_000);
  const root = await temporaryFolder(t);
  const [data, model, out, fresh] = ['data', 'model', 'out', 'fresh'].map((name) =>
    path.join(root, name),
  ) as [string, string, string, string];
  await writeImageTree(data, [8, 8]);
  await train(tinyTraining({ data, out: model, steps: 0 }));
  const broken = path.join(data, 'a/003.png');
  const whole = await fs.readFile(broken);
  await fs.writeFile(broken, 'no image');
  const given = { data, model, resume: true };
  await embed(tinyExport({ ...given, out }));
  await fs.writeFile(broken, whole);

  const args = ['embed', data, '--model', model, '--out', out, ...small, '--resume'];
  const { code } = await signalledAfter('part-00000.arrow', 'SIGKILL', [...args, '--retry-bad']);
  t.is(code, null, 'it was killed');
  const { done, parts } = await manifestOf(out);
  t.deepEqual([done, parts[0]?.again, parts[0]?.rows], [false, true, 15]);
  // Without a word of trying again: what was begun is finished.
  t.is((await embed(tinyExport({ ...given, out }))).rows, 16);
  await embed(tinyExport({ ...given, out: fresh }));
  t.deepEqual(await folderBytes(out), await folderBytes(fresh));
});

test('an export that Ctrl-C stops says how many rows its manifest holds', async (t) => {
  t.timeout(300_000);
  const root = await temporaryFolder(t);
  const [data, model, out] = ['data', 'model', 'out'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  await writeManyImages(data, partPositions + 600);
  await train(tinyTraining({ data, out: model, steps: 0 }));
  const args = ['embed', data, '--model', model, '--out', out, ...small];
  const { code, stdout, stderr } = await signalledAfter('part-00000.arrow', 'SIGINT', args);
  t.is(code, 130, stderr);
  t.regex(stderr, /SIGINT: finishing what is in flight and saving/);
  const { done, parts } = await manifestOf(out);
  t.deepEqual([done, parts.length], [false, 1]);
  const kept = counted(parts[0]!.rows, 'row');
  t.true(stdout.startsWith(`stopped: ${kept} are kept in ${out}`), stdout);
});
