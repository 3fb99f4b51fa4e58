import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { planBatches } from '../../operators/batches/plan-batches.ts';
import type { BatchPlan } from '../../operators/types.ts';
import { embed } from '../../pipeline/embed.ts';
import { train } from '../../pipeline/train.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { noisyImages, writeSameSet } from '../helpers/same-set.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

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

test('a set gives the same batches, weights and exports in whatever form it is stored', async (t) => {
  const root = await temporaryFolder(t);
  const { forms } = await writeSameSet(root, await noisyImages([12, 9, 5]));
  const outcomes = new Map<string, Outcome>();
  for (const form of ['folder', 'prepared', 'tar'] as const) {
    const out = path.join(root, 'out', form);
    outcomes.set(form, await outcomeOf(path.join(root, forms[form]), out));
  }
  const folder = outcomes.get('folder')!;
  for (const [form, outcome] of outcomes) {
    // A prepared set holds decoded images: their pixels are the same, their files are not.
    const { bytes, ...rest } = outcome;
    const { bytes: expected, ...same } = folder;
    t.deepEqual(rest, same, form);
    if (form !== 'prepared') t.is(bytes, expected, form);
  }
});
