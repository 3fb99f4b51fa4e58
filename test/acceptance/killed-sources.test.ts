import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { programArguments } from '../helpers/project.ts';
import { setInBucket } from '../helpers/put-objects.ts';
import { s3Server, useS3Server } from '../helpers/s3-servers.ts';
import {
  bucketForms,
  noisyImages,
  type SetForm,
  setForms,
  writeSameSet,
} from '../helpers/same-set.ts';

const isCampaign = process.env['CAMPAIGN'] === '1';
/** Steps after which a run is killed: every tenth in a campaign. */
const kills = isCampaign ? [10, 20, 30, 40] : [13];
const forms: readonly SetForm[] = isCampaign ? setForms : ['tar', 'parquet'];
const inBucket: readonly SetForm[] = isCampaign ? bucketForms : ['folder'];
const steps = isCampaign ? 50 : 20;

/** A step that was acknowledged: its number, and the images of its batch with how often each was drawn before. */
type Step = readonly [seq: number, ids: readonly string[]];

const optionsOf = (data: string, out: string): TrainOptions =>
  tinyTraining({ data, out, steps, checkpointEvery: 4, seed: 5, maxInvalid: 0.2 });

/** Trains in a process of its own; with `killAfter` until that step was acknowledged. */
async function stepsOf(options: TrainOptions, killAfter = Infinity): Promise<readonly Step[]> {
  const module = programArguments(new URL('../fixtures/train-ids.ts', import.meta.url));
  const child = spawn(process.execPath, [...module, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const told: Step[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(JSON.parse(line) as Step);
    if (told.at(-1)![0] >= killAfter) child.kill('SIGKILL');
  }
  await ended;
  return told;
}

const filesOf = async (run: string) => ({
  metrics: await fs.readFile(path.join(run, 'metrics.arrows')),
  weights: await fs.readFile(
    path.join(run, 'checkpoints', `step-${String(steps).padStart(8, '0')}.safetensors`),
  ),
});

/** Every 16th of the images is no image: some 6 %. */
async function partlyBad() {
  const images = new Map(await noisyImages([14, 11, 8], 16));
  const names = [...images.keys()].filter((_, at) => at % 16 === 5);
  for (const name of names) images.set(name, images.get(name)!.subarray(0, 100));
  return { images, bad: names };
}

/** The set in every form, and an unbroken run on its image folder, which all others are held against. */
const shared = (async () => {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  const { images, bad } = await partlyBad();
  const set = await writeSameSet(root, images);
  const unbroken = path.join(root, 'unbroken');
  const whole = await stepsOf(optionsOf(path.join(root, set.forms.folder), unbroken));
  return { root, set, bad, unbroken, whole };
})();
test.after.always(async () => await fs.rm((await shared).root, { recursive: true }));

test('every batch of a set with bad images is full', async (t) => {
  const { whole } = await shared;
  t.is(whole.length, steps);
  t.true(whole.every(([, ids]) => ids.length === 8));
});

/** Kills a run on a location again and again, and holds it against the unbroken one. */
async function killedRun(t: ExecutionContext, data: string, name: string): Promise<void> {
  const { root, bad, unbroken, whole } = await shared;
  const out = path.join(root, 'killed', name);
  const executed: Step[] = [];
  for (const kill of [...kills, Infinity]) {
    const resume = executed.length > 0;
    executed.push(...(await stepsOf({ ...optionsOf(data, out), resume }, kill)));
  }
  for (const [seq, ids] of executed) t.deepEqual(ids, whole[seq]![1], `step ${seq}`);
  t.deepEqual(await filesOf(out), await filesOf(unbroken));
  const listed = (await readQuarantine(path.join(out, 'quarantine.arrow'))).map(({ id }) => id);
  t.deepEqual(listed.toSorted(), bad, 'every bad image, once');
}

for (const form of forms) {
  test(`a run on ${form} that is killed goes on with exactly the images that an unbroken one takes`, async (t) => {
    const { root, set } = await shared;
    await killedRun(t, path.join(root, set.forms[form]), form);
  });
}

test('a run on a bucket that is killed goes on with exactly the images that an unbroken one takes', async (t) => {
  const server = s3Server(t, 'Swift');
  if (server === undefined) return;
  useS3Server(server);
  const location = await setInBucket(server, (await shared).set);
  for (const form of inBucket) await killedRun(t, location(form), `s3-${form}`);
});
