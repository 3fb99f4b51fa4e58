import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { planBatches } from '../../operators/batches/plan-batches.ts';
import type { BatchPlan } from '../../operators/types.ts';
import { embed } from '../../pipeline/embed.ts';
import { train } from '../../pipeline/train.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { setInBucket } from '../helpers/put-objects.ts';
import { s3Server, useS3Server } from '../helpers/s3-servers.ts';
import { bucketForms, noisyImages, setForms, writeSameSet } from '../helpers/same-set.ts';

/** What came of training on a set and exporting it. */
interface Outcome {
  readonly hash: string;
  readonly batches: string;
  readonly bytes: string;
  readonly metrics: string;
  readonly weights: string;
  readonly parts: readonly string[];
}

const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

async function outcomeOf(data: string, out: string): Promise<Outcome> {
  const dataset = await openDataset(data);
  const plans: BatchPlan[] = [];
  for await (const plan of planBatches(dataset, { batchSize: 8, seed: 3, steps: 20 })) {
    plans.push(plan);
  }
  const bytes: string[] = [];
  for (let position = 0; position < dataset.count; position += 1) {
    bytes.push(sha256(await dataset.read(position)));
  }
  const run = path.join(out, 'run');
  await train(tinyTraining({ data, out: run, steps: 20, checkpointEvery: 20, seed: 3 }));
  const exported = path.join(out, 'vectors');
  await embed(tinyExport({ data, model: run, out: exported }));
  const parts = (await fs.readdir(exported)).filter((name) => name.endsWith('.arrow')).sort();
  const file = async (...names: readonly string[]) =>
    sha256(await fs.readFile(path.join(out, ...names)));
  return {
    hash: dataset.hash,
    batches: sha256(JSON.stringify(plans)),
    bytes: sha256(bytes.join('\n')),
    metrics: await file('run', 'metrics.arrows'),
    weights: await file('run', 'checkpoints', 'step-00000020.safetensors'),
    parts: await Promise.all(parts.map(async (name) => `${name} ${await file('vectors', name)}`)),
  };
}

/** The set in every form, and what came of its image folder, which all others are held against. */
const shared = (async () => {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  const set = await writeSameSet(root, await noisyImages([12, 9, 5]));
  const folder = await outcomeOf(path.join(root, set.forms.folder), path.join(root, 'out/folder'));
  return { root, set, folder };
})();
test.after.always(async () => await fs.rm((await shared).root, { recursive: true }));

for (const form of setForms.filter((one) => one !== 'folder')) {
  test.serial(
    `a set gives the same batches, weights and exports as ${form} and as folder`,
    async (t) => {
      const { root, set, folder } = await shared;
      const data = path.join(root, set.forms[form]);
      const outcome = await outcomeOf(data, path.join(root, 'out', form));
      // A prepared set holds decoded images: their pixels are the same, their files are not.
      if (form === 'prepared') t.deepEqual({ ...outcome, bytes: folder.bytes }, folder);
      else t.deepEqual(outcome, folder);
    },
  );
}

test.serial('a set gives the same batches, weights and exports from a bucket', async (t) => {
  const server = s3Server(t, 'Swift');
  if (server === undefined) return;
  useS3Server(server);
  const { root, set, folder } = await shared;
  const location = await setInBucket(server, set);
  for (const form of bucketForms) {
    const out = path.join(root, 'out', `s3-${form}`);
    t.deepEqual(await outcomeOf(location(form), out), folder, form);
  }
});
