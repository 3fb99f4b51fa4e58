import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { lastValueFrom } from 'rxjs';
import { demo, type DemoRow } from '../../pipeline/demo.ts';
import { demoVerb } from '../../pipeline/options.ts';
import { resolveOptions } from '../../pipeline/verb.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('the demo is hard enough to be worth training, and training is worth it', async (t) => {
  t.timeout(900_000);
  const out = path.join(await temporaryFolder(t), 'demo');
  // The newcomer's main command, which is also the one place where a test runs the whole demo.
  const args = ['start', '--silent', '--', '--out', out, '--json'];
  const { stdout } = await promisify(execFile)('npm', args);
  const result = JSON.parse(stdout) as { interrupted: boolean; rows: readonly DemoRow[] };
  t.false(result.interrupted);
  const { rows } = result;
  const [untrained, sincere, supcon] = rows as [DemoRow, DemoRow, DemoRow];
  t.log(rows.map(({ encoder, nearest1 }) => `${encoder} ${nearest1}`).join(', '));
  t.deepEqual(
    rows.map(({ encoder }) => encoder),
    ['untrained', 'sincere', 'supcon'],
  );
  t.true(untrained.nearest1 <= 0.4, `untrained 1-NN ${untrained.nearest1}`);
  t.true(sincere.nearest1 >= 0.7, `SINCERE 1-NN ${sincere.nearest1}`);
  t.true(supcon.nearest1 >= 0.7, `SupCon 1-NN ${supcon.nearest1}`);
  t.is(untrained.repelledShare, null);
  for (const { folder } of rows) {
    const files = await fs.readdir(folder, { recursive: true });
    for (const name of [
      'run/encoder.onnx',
      'run/metrics.arrows',
      'train/manifest.json',
      'test/part-00000.arrow',
      'evaluation/evaluation.arrow',
      'evaluation/neighbours.arrow',
      'evaluation/summary.json',
    ]) {
      t.true(files.includes(path.normalize(name)), name);
    }
  }
  // A folder that is not a demo's is left alone.
  const other = path.join(out, 'images');
  const refused = demo(resolveOptions(demoVerb, { out: other }));
  await t.throwsAsync(lastValueFrom(refused.output$), { code: 'ERR_CONFIG', message: /--out/ });
  t.is(resolveOptions(demoVerb, {}).out, 'runs/demo');
});
