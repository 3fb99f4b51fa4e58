import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { openArrowStream } from '../../outputs/arrow/read-arrow-stream.ts';
import { readLogRows } from '../helpers/log-rows.ts';
import { recordedEvery, recordedSamples } from '../../pipeline/parts/recorded-samples.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1, checkpointEvery: 2, samples: true } as const;

type Row = Readonly<Record<string, string | number | null>>;

async function rowsIn(file: string): Promise<readonly Row[]> {
  const reader = await openArrowStream(file);
  const rows: Row[] = [];
  for await (const batch of reader.read()) {
    for (const row of batch.toArray()) rows.push((row as { toJSON(): Row }).toJSON());
  }
  await reader.close();
  return rows;
}

for (const loss of ['sincere', 'cross-entropy', 'infonce'] as const) {
  test(`samples.arrows has a row for each image of each step, whose mean is the loss: ${loss}`, async (t) => {
    const root = await temporaryFolder(t);
    const [data, out] = [path.join(root, 'data'), path.join(root, 'run')];
    await writeImageTree(data, [9, 9]);
    // An image that stands in for a bad one is recorded under its own name.
    await fs.writeFile(path.join(data, 'a', '000.png'), 'no image');
    await train({ data, out, ...tiny, loss, steps: 4, maxInvalid: 0.2 });
    const rows = await rowsIn(path.join(out, 'samples.arrows'));
    t.false(rows.some(({ id }) => id === 'a/000.png'));
    let steps = 0;
    for await (const { step, epoch, loss: mean } of readLogRows(path.join(out, 'metrics.arrows'))) {
      const own = rows.filter((row) => row['step'] === step);
      t.is(own.length, 8);
      for (const row of own) {
        t.is(row['epoch'], epoch!);
        const name = String(row['id']).slice(0, 1);
        t.is(row['class'], loss === 'infonce' ? null : name);
        t.is(row['other_class'], loss === 'infonce' ? null : name === 'a' ? 'b' : 'a');
        const similarities = [row['own_similarity'], row['other_similarity']];
        t.true(similarities.every((one) => (one === null) === (loss === 'infonce')));
      }
      const sum = own.reduce((total, row) => total + Number(row['loss']), 0);
      t.true(Math.abs(sum / 8 - mean!) < 1e-5 * Math.max(1, mean!));
      steps += 1;
    }
    t.is(steps, 4);
  });
}

test('a recorded run whose last checkpoints are lost ends with the bytes of the unbroken one', async (t) => {
  const root = await temporaryFolder(t);
  const [data, out] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [9, 9]);
  await train({ data, out, ...tiny, steps: 6 });
  const files = ['checkpoints/step-00000006.safetensors', 'metrics.arrows', 'samples.arrows'];
  const read = () => Promise.all(files.map((file) => fs.readFile(path.join(out, file))));
  const unbroken = await read();
  await fs.rm(path.join(out, files[0]!));
  // As a kill leaves it: a block that was being written.
  await fs.truncate(path.join(out, 'samples.arrows'), unbroken[2]!.byteLength - 100);
  t.is((await train({ out, resume: true })).stepsDone, 2);
  t.deepEqual(await read(), unbroken);
  const plain = path.join(root, 'plain');
  await train({ data, out: plain, ...tiny, samples: false, steps: 6 });
  t.deepEqual(
    await fs.readdir(plain),
    (await fs.readdir(out)).filter((name) => !name.startsWith('samples')),
  );
  await t.throwsAsync(train({ out: plain, resume: true, samples: true }), {
    code: 'ERR_CONFIG',
    message: /`samples`/u,
  });
});

test('the rows of a run are bounded, and its last epoch is always among them', (t) => {
  const length = fc.integer({ min: 1, max: 300 });
  const images = fc.integer({ min: 2, max: 4_000_000 });
  fc.assert(
    fc.property(images, fc.integer({ min: 2, max: 5000 }), length, (count, batchSize, epochs) => {
      const stepsOfEpoch = Math.ceil(count / batchSize);
      const config = { batchSize, steps: stepsOfEpoch * epochs, loss: sincere };
      const { isRecorded } = recordedSamples(config, { count, classes: [] }, []);
      const recorded = Array.from({ length: epochs }, (_, epoch) => epoch).filter((epoch) =>
        isRecorded!({ seq: epoch * stepsOfEpoch, epoch, samples: [] }),
      );
      t.is(recorded.at(-1), epochs - 1);
      t.true(recorded.length === 1 || recorded.length * stepsOfEpoch * batchSize <= 2 ** 21);
      const every = recordedEvery(epochs, stepsOfEpoch * batchSize);
      t.true(recorded.every((epoch, at) => at === 0 || every === epoch - recorded[at - 1]!));
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('an extended run records by the length that it had when it came to a step', (t) => {
  const [count, batchSize] = [2 ** 20, 2 ** 10];
  const extended = [{ at: 2048, from: 2048, to: 8192 }];
  const config = { batchSize, steps: 8192, loss: sincere };
  const { isRecorded } = recordedSamples(config, { count, classes: [] }, extended);
  const recorded = Array.from({ length: 8 }, (_, epoch) =>
    isRecorded!({ seq: epoch * 1024, epoch, samples: [] }),
  );
  t.deepEqual(recorded, [true, true, false, true, false, false, false, true]);
});

const sincere = { name: 'sincere', temperature: 0.1 } as const;
