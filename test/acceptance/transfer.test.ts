import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom } from 'rxjs';
import { tableFromIPC } from 'apache-arrow';
import type { BatchPlan } from '../../operators/types.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import { embed } from '../../pipeline/embed.ts';
import { transferVerb, type TransferOptions } from '../../pipeline/options/transfer-options.ts';
import { trainVerb } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { transfer, type TransferResult } from '../../pipeline/transfer.ts';
import { UsageError } from '../../pipeline/options/usage-error.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { steps } from '../helpers/told.ts';

const data = 'synthetic:shapes?classes=8&count=80&size=8';

async function trained(out: string): Promise<void> {
  const classes = ['bricks', 'dots'];
  const run = train(tinyTraining({ data, split: 'train', classes, out, steps: 2 }));
  await lastValueFrom(run.output$);
  await run.closed;
}

function optionsOf(given: Partial<TransferOptions> & { model: string; out: string }) {
  const tiny = { batchSize: 8, steps: 3, threads: 1, seed: 3, layerDecay: 0.9 };
  return resolveOptions(transferVerb, { data, ...tiny, ...given });
}

async function resultOf(options: TransferOptions): Promise<TransferResult> {
  return await transfer(options);
}

test('scores unseen classes with both methods, and continues to the same bytes', async (t) => {
  t.timeout(600_000);
  const folder = await temporaryFolder(t);
  const model = path.join(folder, 'run');
  await trained(model);
  const out = path.join(folder, 'whole');
  const { summary } = await resultOf(optionsOf({ model, out, disjoint: true }));

  t.deepEqual(summary.classes, ['checker', 'crosses', 'grid', 'rings', 'stars', 'stripes']);
  t.deepEqual(
    summary.methods.map(({ method, classes, notScored, top1, top5 }) => [
      method,
      classes,
      notScored,
      top1?.n,
      top5?.n,
    ]),
    [
      ['frozen', 6, 0, 60, 60],
      ['fine_tuned', 6, 0, 60, 60],
    ],
  );
  const neighbours = summary.neighbours.map(({ layer, metric }) => `${layer} ${metric}`);
  t.deepEqual(neighbours, [
    'embedding knn1_accuracy',
    'embedding knn5_accuracy',
    'projection knn1_accuracy',
    'projection knn5_accuracy',
  ]);

  const table = tableFromIPC(await fs.readFile(path.join(out, 'transfer.arrow')));
  const column = (name: string): unknown[] => [...table.getChild(name)!];
  t.is(new Set(column('id')).size, 60);
  for (const { method, top1, top5 } of summary.methods) {
    const [names, ranks] = [column(`${method}_class`), column(`${method}_rank`) as number[]];
    const share = (k: number): number => ranks.filter((rank) => rank <= k).length / 60;
    t.is(top1!.value, share(1));
    t.is(top5!.value, share(5));
    t.true(top1!.ciLow <= top1!.value && top1!.value <= top1!.ciHigh);
    t.deepEqual(
      column('class').map((name, at) => name === names[at]),
      ranks.map((rank) => rank === 1),
    );
  }
  const [frozen, fineTuned] = summary.methods;
  t.true(
    Math.abs(summary.difference!.value - (fineTuned!.top1!.value - frozen!.top1!.value)) < 1e-12,
  );

  // The encoder goes on from that of the run: its stem is far from chance, and it has moved.
  const tuned = await readRun(path.join(out, 'fine-tuned'));
  t.like(tuned.config, { headRate: 10, layerDecay: 0.9, classes: summary.classes });
  t.is(tuned.config['initialWeights'], summary.model);
  t.deepEqual(tuned.checkpoint.weights.get('fc.weight')?.shape, [6, 64]);

  const stopped = path.join(folder, 'stopped');
  const run = transfer(optionsOf({ model, out: stopped, disjoint: true }));
  const kinds = new Set<string>();
  await run.output$.forEach((event) => {
    kinds.add(event.kind);
    if (event.kind === 'progress') run.stop();
  });
  await run.closed;
  t.deepEqual([...kinds], ['note', 'progress'], 'no result of a part');
  t.deepEqual(await fs.readdir(stopped), ['train']);
  await resultOf(optionsOf({ model, out: stopped, disjoint: true, resume: true }));
  for (const name of ['transfer.arrow', 'summary.json', 'fine-tuned/metrics.arrows']) {
    t.deepEqual(
      await fs.readFile(path.join(stopped, name)),
      await fs.readFile(path.join(out, name)),
      name,
    );
  }
});

test('a run that has seen every class, or does not say, has no unseen ones', async (t) => {
  const folder = await temporaryFolder(t);
  const model = path.join(folder, 'run');
  await trained(model);
  const out = path.join(folder, 'out');
  const seen = { data: 'synthetic:shapes?classes=1&count=8&size=8' };
  await t.throwsAsync(resultOf(optionsOf({ model, out, disjoint: true, ...seen })), {
    code: 'ERR_CONFIG',
    message: /has seen all 1 classes/,
  });
  const file = path.join(model, 'config.json');
  const saved = JSON.parse(await fs.readFile(file, 'utf8')) as { config: object };
  await fs.writeFile(
    file,
    JSON.stringify({ ...saved, config: { ...saved.config, classes: null } }),
  );
  await t.throwsAsync(resultOf(optionsOf({ model, out, disjoint: true })), {
    code: 'ERR_CONFIG',
    message: /does not name the classes it has seen.*`excludeClasses`/,
  });
  t.throws(() => optionsOf({ model, out, disjoint: true, classes: ['dots'] }), {
    instanceOf: UsageError,
    message: 'Expected `disjoint` to be absent when classes are named, got `true`',
  });
  t.like(optionsOf({ model, out }), { steps: 3, epochs: null });
  t.like(resolveOptions(transferVerb, { data, model, out }), { steps: null, epochs: 10 });
});

test('a classifier trains from chance, reads out its own numbers and exports its embedding', async (t) => {
  const folder = await temporaryFolder(t);
  const out = path.join(folder, 'run');
  const given = { data, split: 'train', out, steps: 9, loss: 'cross-entropy' } as const;
  const run = train(tinyTraining(given));
  const results: { readonly readouts: object; readonly seq: number; readonly loss: number }[] = [];
  const collect = ({ plan: { seq }, readouts }: { plan: BatchPlan; readouts: { loss: number } }) =>
    results.push({ readouts, seq, loss: readouts.loss });
  await steps(run.output$).forEach((result) => {
    collect(result);
    run.stop();
  });
  await run.closed;
  t.true(results.length < 9);
  const rest = train(tinyTraining({ ...given, resume: true }));
  await steps(rest.output$).forEach(collect);
  await rest.closed;
  t.deepEqual(
    results.map(({ seq }) => seq),
    [...Array(9).keys()],
  );
  t.deepEqual(Object.keys(results[0]!.readouts), [
    'loss',
    'accuracy',
    'rowsWithoutClass',
    'gradientNorm',
  ]);
  const table = tableFromIPC(await fs.readFile(path.join(out, 'metrics.arrows')));
  t.deepEqual(
    table.schema.fields.map(({ name }) => name),
    [
      'step',
      'epoch',
      'learning_rate',
      'loss',
      'accuracy',
      'rows_without_class',
      'gradient_norm',
      'images',
    ],
  );
  t.deepEqual(
    [...table.getChild('loss')!],
    results.map(({ loss }) => loss),
  );
  const { config } = await readRun(out);
  t.like(config, {
    loss: { name: 'cross-entropy' },
    encoder: { head: 'classifier', projectionSize: 8 },
    classes: ['bricks', 'checker', 'crosses', 'dots', 'grid', 'rings', 'stars', 'stripes'],
  });

  const vectors = path.join(folder, 'vectors');
  const exported = embed(tinyExport({ data, split: 'test', model: out, out: vectors, limit: 1 }));
  await lastValueFrom(exported.output$);
  await exported.closed;
  const manifest = await fs.readFile(path.join(vectors, 'manifest.json'), 'utf8');
  t.deepEqual((JSON.parse(manifest) as { layers: object }).layers, { embedding: 64 });
  const projection = embed(
    tinyExport({ data, model: out, out: path.join(folder, 'none'), layer: 'projection' }),
  );
  await t.throwsAsync(lastValueFrom(projection.output$), {
    code: 'ERR_CONFIG',
    message: /gives, which is `embedding` \(64 values\); got `projection`/,
  });
  for (const given of [{ positives: 'image' }, { anchors: 'first' }]) {
    const refused = { data, out, loss: 'cross-entropy', ...given };
    t.throws(() => resolveOptions(trainVerb, refused), { message: /has no pairs/ });
  }
});
