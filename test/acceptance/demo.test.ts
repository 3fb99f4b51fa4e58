import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { lastValueFrom } from 'rxjs';
import { demo } from '../../pipeline/demo.ts';
import { demoVerb } from '../../pipeline/options/demo-options.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';
import { noBrowser } from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { toldCommands } from '../helpers/told-commands.ts';
import { lookAtReport } from '../helpers/whole-report.ts';

type Row = { readonly nearest1: number; readonly repelled: string | undefined };

test('the demo is hard enough to be worth training, and training is worth it', async (t) => {
  t.timeout(900_000);
  const out = path.join(await temporaryFolder(t), 'demo');
  // The newcomer's main command, which is also the one place where a test runs the whole demo.
  const { stdout } = await promisify(execFile)('npm', ['start', '--silent', '--', '--out', out]);
  const rows = [...stdout.matchAll(/^(\w+) +([\d.]+) %.* (\S+)(?: %)?$/gmu)].map(
    ([, encoder, nearest1, repelled]) => ({ encoder, nearest1: Number(nearest1), repelled }),
  );
  t.deepEqual(
    rows.map(({ encoder }) => encoder),
    ['untrained', 'sincere', 'supcon'],
  );
  // The three that were just compared.
  const [untrained, sincere, supcon] = rows as unknown as readonly [Row, Row, Row];
  t.log(rows.map(({ encoder, nearest1 }) => `${encoder} ${nearest1} %`).join(', '));
  t.true(untrained.nearest1 <= 40, `untrained 1-NN ${untrained.nearest1} %`);
  t.true(sincere.nearest1 >= 70, `SINCERE 1-NN ${sincere.nearest1} %`);
  t.true(supcon.nearest1 >= 70, `SupCon 1-NN ${supcon.nearest1} %`);
  t.is(untrained.repelled, '–');
  for (const { encoder } of rows) {
    const folder = path.join(out, encoder!);
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
  const page = path.join(out, 'report.html');
  t.true(stdout.includes(`see it in ${page}, in a browser`));
  t.regex(await fs.readFile(page, 'utf8'), /^<!doctype html>/u);
  const missing = noBrowser();
  if (missing === undefined) t.true((await lookAtReport(t, page, { maps: 2 })) > 20);
  else t.log(missing);
  t.is(toldCommands(stdout).length, 3);
  t.deepEqual(toldCommands(stdout)[0]?.slice(-3), [
    'compare',
    path.join(out, 'supcon/evaluation'),
    path.join(out, 'sincere/evaluation'),
  ]);
  // A folder that is not a demo's is left alone.
  const other = path.join(out, 'images');
  const refused = demo(resolveOptions(demoVerb, { out: other }));
  await t.throwsAsync(lastValueFrom(refused.output$), {
    code: 'ERR_CONFIG',
    message: /new folder: `out`/,
  });
  t.is(resolveOptions(demoVerb, {}).out, 'runs/demo');
});
