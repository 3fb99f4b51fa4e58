import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { picture } from '../helpers/encoded-jpegs.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1, seed: 3 } as const;

/** Everything of a run that the same course leaves alike. */
async function courseOf(out: string): Promise<readonly Buffer[]> {
  const files = ['metrics.arrows', 'encoder.onnx'];
  return await Promise.all(files.map((name) => fs.readFile(path.join(out, name))));
}

test('a run that was begun with one decoder and went on with the other is that of one decoder', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  for (const [label, name] of ['a', 'b'].entries()) {
    await fs.mkdir(path.join(data, name), { recursive: true });
    for (let at = 0; at < 6; at += 1) {
      const file = path.join(data, name, `${at}.jpg`);
      await picture(16 + at, 16 + 8 * label)
        .jpeg({ quality: 60 + at })
        .toFile(file);
    }
  }
  const run = async (name: string, ...parts: readonly Partial<TrainOptions>[]): Promise<string> => {
    const out = path.join(root, name);
    for (const [at, options] of parts.entries()) {
      const begun = at === 0 ? { data, ...tiny } : { resume: true };
      await train({ ...begun, out, steps: 2 * (at + 1), ...options });
    }
    return out;
  };
  const one = await courseOf(await run('one', {}, {}));
  const mixed = await run('mixed', {}, { decoder: 'sharp' });
  t.deepEqual(await courseOf(mixed), one);
  t.deepEqual(await courseOf(await run('other', { decoder: 'sharp' }, { decoder: 'auto' })), one);
});
