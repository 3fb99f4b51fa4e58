import type { EventEmitter } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import test, { type ExecutionContext } from 'ava';
import type { LossReadouts } from '../../operators/loss/readouts.ts';
import { loss, type MeasuredLoss } from '../../pipeline/loss.ts';
import { type LossOptions, lossVerb } from '../../pipeline/options/loss-options.ts';
import { type Resolved, resolveOptions } from '../../pipeline/options/verb.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import {
  frobenius,
  lossReference,
  normalised,
  readoutReference,
  type Rows,
} from '../helpers/loss-reference.ts';
import { mountedFolder } from '../helpers/mounted-folder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { vectorId, type VectorExport, writeVectorExport } from '../helpers/vector-export.ts';

const size = 6;
const classes = ['ant', 'bee', 'çat', 'lone', 'none'];
/** Three classes of about seven, one of one, one of none, and rows of unknown class, not sorted. */
const labels = Array.from({ length: 26 }, (_, row) =>
  row === 11 ? 3 : row % 5 === 4 ? -1 : row % 3,
);
const projection = unitRows(labels.length, size, 'loss');
/** Rows of lengths between 2 and 5. */
const embedding = unitRows(labels.length, size, 'embedding').map(
  (value, at) => value * (2 + 3 * Math.abs(Math.sin(Math.floor(at / size)))),
);
const small: VectorExport = { projection, size, labels, classes, embedding };
const temperature = 0.2;

const asRows = (values: Float32Array): Rows =>
  labels.map((_, row) => [...values.subarray(row * size, (row + 1) * size)]);

const optionsOf = (given: Readonly<Record<string, unknown>>): Resolved<LossOptions> =>
  resolveOptions(lossVerb, { temperature, threads: 1, ...given });

async function measure(given: Readonly<Record<string, unknown>>): Promise<MeasuredLoss> {
  return await loss(optionsOf(given));
}

const run = async (args: readonly string[], onStatus?: (terminal: EventEmitter) => void) =>
  await runCommandLine(args, { onStatus });

/** float32 tiles of 26 rows against float64 loops. */
const tolerance = 2e-6;

function closeTo(t: ExecutionContext, got: number, expected: number, what: string): void {
  const distance = Math.abs(got - expected);
  t.true(distance <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${got}, ${expected}`);
}

const equalsReference = test.macro({
  title: (_, name: Resolved<LossOptions>['loss'], layer: Resolved<LossOptions>['layer']) =>
    `${name} of the ${layer} equals the reference, value and gradient`,
  async exec(t, name: Resolved<LossOptions>['loss'], layer: Resolved<LossOptions>['layer']) {
    const embeddings = await writeVectorExport(t, small);
    const gradient = path.join(path.dirname(embeddings), 'new', 'gradient.arrow');
    const normalize = layer === 'embedding';
    const measured = await measure({ embeddings, loss: name, layer, normalize, gradient });
    const rows = normalize ? normalised(asRows(embedding)) : asRows(projection);
    const expected = lossReference(name, rows, labels, temperature);
    closeTo(t, measured.value, expected.value, 'value');
    t.like(measured, { rows: 26, anchors: 20, anchorsWithoutPositive: 1, withoutClass: 5 });

    const bytes = await fs.readFile(gradient);
    for (const [reader, read] of Object.entries(independentReaders)) {
      const found = read(bytes, 'file');
      t.deepEqual(
        found.map(({ id }) => id),
        labels.map((_, row) => vectorId(row)),
        reader,
      );
      const got = found.map((row) => row['gradient'] as number[]);
      const difference = got.map((row, i) => row.map((x, d) => x - expected.gradient[i]![d]!));
      t.true(frobenius(difference) <= 1e-5 * frobenius(expected.gradient), reader);
      for (const [row, label] of labels.entries()) {
        if (label < 0) t.deepEqual(got[row], [0, 0, 0, 0, 0, 0]);
      }
    }
    const { metadata } = tableFromIPC(bytes).schema;
    t.like(Object.fromEntries(metadata ?? []), {
      loss: name,
      temperature: '0.2',
      layer,
      normalize: String(normalize),
      value: String(measured.value),
      dataset: 'd'.repeat(64),
      model: 'e'.repeat(64),
      engine: 'onnx: cpu, 1 thread',
    });
  },
});

test(equalsReference, 'sincere', 'projection');
test(equalsReference, 'supcon', 'projection');
test(equalsReference, 'eps-sup-infonce', 'projection');
test(equalsReference, 'dcl', 'projection');
test(equalsReference, 'sincere', 'embedding');

test('the cpu engine computes the same, with a margin of another size', async (t) => {
  const embeddings = await writeVectorExport(t, small);
  const given = { embeddings, loss: 'eps-sup-infonce', epsilon: 1, engine: 'cpu' };
  const { value } = await measure(given);
  const options = { epsilon: 1 };
  const expected = lossReference('eps-sup-infonce', asRows(projection), labels, 0.2, options);
  closeTo(t, value, expected.value, 'value');
});

test('rows that cannot be used are left out of value and gradient, counted and told', async (t) => {
  const broken = projection.slice();
  broken[7 * size + 1] = NaN;
  broken.fill(0, 2 * size, 3 * size);
  const embeddings = await writeVectorExport(t, { ...small, projection: broken });
  const gradient = path.join(path.dirname(embeddings), 'gradient.arrow');
  const kept = [...labels.keys()].filter((row) => row !== 2 && row !== 7);
  const rows = kept.map((row) => asRows(projection)[row]!);
  const of = kept.map((row) => labels[row]!);
  const args = ['loss', embeddings, '--temperature', '0.2', '--gradient', gradient];
  const { exitCode, stdout, stderr } = await run(args);
  t.is(exitCode, 0, stderr);
  const expected = lossReference('sincere', rows, of, temperature);
  closeTo(t, Number(/^loss ([\d.]{10}) nats\n/u.exec(stdout)?.[1]), expected.value, 'printed');
  t.regex(stdout, /\nrows +26, projection\n/u);
  t.regex(stdout, /without a class, 2 that cannot be used\n/u);
  t.regex(
    stderr,
    /2 rows of `.*` are left out, such as `train\/ä\/2\.jpg`: 1 with NaN, .*, 1 of a length below 1e-12/u,
  );
  const found = independentReaders.flechette(await fs.readFile(gradient), 'file');
  t.deepEqual(
    found.map(({ id }) => id),
    kept.map(vectorId),
  );
});

test('the read-outs are those of the set', async (t) => {
  const embeddings = await writeVectorExport(t, small);
  const { readouts } = await measure({ embeddings, loss: 'supcon', engine: 'cpu' });
  const expected = readoutReference('supcon', asRows(projection), labels, temperature);
  for (const key of Object.keys(expected) as (keyof LossReadouts)[]) {
    closeTo(t, readouts[key], expected[key], key);
  }
});

test('prints the loss, what it is of, and the read-outs', async (t) => {
  const embeddings = await writeVectorExport(t, small);
  const { exitCode, stdout, stderr } = await run(['loss', embeddings, '--engine', 'cpu']);
  t.is(exitCode, 0, stderr);
  const expected = lossReference('sincere', asRows(projection), labels, 0.1);
  closeTo(t, Number(/^loss ([\d.]{10}) nats\n/u.exec(stdout)?.[1]), expected.value, 'printed');
  t.regex(stdout, /\nloss +sincere, temperature 0\.1\nrows +26, projection\nanchors +20\n/u);
  t.regex(stdout, /\nleft out +1 alone in their class, 5 without a class\n/u);
  t.regex(stdout, /\nmeasure +value +unit\nSINCERE +\d\.\d{4} +nats\nSupCon +\d\.\d{4} +nats\n/u);
  t.notRegex(stdout, /NaN|undefined|gradient/u);
  t.regex(stderr, /^loss {2}21\/21 {2}100 %/u);
});

test('prints the same as JSON, with nothing beside it', async (t) => {
  const embeddings = await writeVectorExport(t, small);
  const gradient = path.join(path.dirname(embeddings), 'gradient.arrow');
  const { exitCode, stdout, stderr } = await run(
    ['loss', embeddings, '--loss', 'dcl', '--temperature', '0.2', '--gradient', gradient].concat([
      '--threads',
      '1',
      '--json',
    ]),
  );
  t.is(exitCode, 0, stderr);
  t.is(stderr, '');
  const { loss: value, readouts, ...said } = JSON.parse(stdout) as Record<string, unknown>;
  closeTo(t, value as number, lossReference('dcl', asRows(projection), labels, 0.2).value, 'loss');
  t.is((readouts as LossReadouts).loss, value as number);
  t.deepEqual(said, {
    verb: 'loss',
    file: null,
    name: 'dcl',
    temperature: 0.2,
    embeddings,
    interrupted: false,
    layer: 'projection',
    normalize: false,
    engine: 'onnx',
    rows: 26,
    anchors: 20,
    anchorsWithoutPositive: 1,
    withoutClass: 5,
    unusable: 0,
    excluded: 0,
    gradient,
  });
});

test('a set of loners has no anchors, and its loss is undefined', async (t) => {
  const embeddings = await writeVectorExport(t, {
    ...small,
    projection: projection.slice(0, 2 * size),
    embedding: undefined,
    labels: [0, 1],
  });
  t.like(await measure({ embeddings, engine: 'cpu' }), {
    value: Number.NaN,
    anchors: 0,
    anchorsWithoutPositive: 2,
  });
  const args = ['loss', embeddings, '--engine', 'cpu'];
  const said = await run(args);
  t.is(said.exitCode, 0, said.stderr);
  t.regex(said.stdout, /^loss undefined: no image has another of its class\n/u);
  t.regex(said.stdout, /\nSINCERE +– +nats\n/u);
  t.notRegex(said.stdout, /NaN/u);
  const json = JSON.parse((await run([...args, '--json'])).stdout) as Record<string, unknown>;
  t.is(json['loss'], null);
});

const fails = test.macro({
  title: (title) => `exits with 1: ${title}`,
  async exec(
    t,
    given: Partial<VectorExport>,
    args: readonly string[],
    message: RegExp,
    damage: (folder: string) => Promise<unknown> = async () => {},
  ) {
    const embeddings = await writeVectorExport(t, { ...small, ...given });
    await damage(embeddings);
    const folder = path.dirname(embeddings);
    const gradient = path.join(folder, 'gradient.arrow');
    const { exitCode, stdout, stderr } = await run(
      ['loss', embeddings, '--gradient', gradient, '--engine', 'cpu'].concat(args),
    );
    t.is(exitCode, 1);
    t.is(stdout, '');
    t.regex(stderr, message);
    t.deepEqual(
      (await fs.readdir(folder)).filter((name) => name !== 'export'),
      [],
    );
  },
});

test(
  'vectors that are not of length 1',
  fails,
  {},
  ['--layer', 'embedding'],
  /^error: Expected the `embedding` of `train\/ä\/0\.jpg` in `.*` to have length 1, got `2`.*`--normalize`\.\n$/u,
);
test(
  'nothing but vectors with NaN',
  fails,
  { projection: projection.map(() => NaN) },
  [],
  /^error: `.*` holds no vector that can be used: of 26 rows 26 with NaN, infinity or a number beyond float32\. /u,
);
test('no class at all', fails, { labels: labels.map(() => -1) }, [], /no image with a class/u);
test('an export that is not finished', fails, { unfinished: true }, [], /is not finished/u);
test('no export', fails, {}, [], /holds no embeddings/u, (folder) =>
  fs.rm(path.join(folder, 'manifest.json')),
);
test('a part that is missing', fails, {}, [], /part-00000\.arrow` is damaged/u, (folder) =>
  fs.rm(path.join(folder, 'part-00000.arrow')),
);
test('a part that is cut', fails, {}, [], /the manifest says \d+ bytes, it has 100/u, (folder) =>
  fs.truncate(path.join(folder, 'part-00000.arrow'), 100),
);
test(
  'a temperature that float32 cannot divide by',
  fails,
  {},
  ['--temperature', '1e-45'],
  /^(loss .*\n)?error: Expected a finite loss and gradient, .* temperature `1e-45`; try a higher/u,
);

test('a gradient that cannot be written fails before anything is computed', async (t) => {
  const embeddings = await writeVectorExport(t, small);
  const folder = path.dirname(embeddings);
  await fs.writeFile(path.join(folder, 'file'), '');
  const part = path.join(embeddings, 'part-00000.arrow');
  const before = await fs.readFile(part);
  for (const [gradient, code, message] of [
    [path.join(folder, 'file', 'gradient.arrow'), 'ERR_WRITE', /file` is a file; give a folder/u],
    [folder, 'ERR_WRITE', /it is a folder\. Name a file\.$/u],
    [part, 'ERR_CONFIG', /belongs to the export\. Choose another name\.$/u],
  ] as const) {
    let emitted = 0;
    const { output$ } = loss(optionsOf({ embeddings, gradient }));
    await t.throwsAsync(
      output$.forEach(() => (emitted += 1)),
      { code, message },
    );
    t.is(emitted, 0);
  }
  t.deepEqual(await fs.readFile(part), before);
  t.deepEqual(await fs.readdir(embeddings), [
    'manifest.json',
    'part-00000.arrow',
    'quarantine.arrow',
  ]);
});

test('so does one on a read-only disk', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const embeddings = await writeVectorExport(t, small);
  mounted.readOnly();
  const gradient = path.join(mounted.folder, 'gradient.arrow');
  await t.throwsAsync(measure({ embeddings, gradient }), {
    code: 'ERR_WRITE',
    message: /EROFS.*Choose a folder that this user may write/u,
  });
});

/** Takes seconds on the plain engine. */
const large: VectorExport = {
  projection: unitRows(3000, size, 'large'),
  size,
  labels: Array.from({ length: 3000 }, (_, row) => row % 30),
  classes: Array.from({ length: 30 }, (_, at) => `class ${at}`),
};

test('an aborted run leaves neither the file nor a temporary one', async (t) => {
  const embeddings = await writeVectorExport(t, large);
  const folder = await temporaryFolder(t);
  const gradient = path.join(folder, 'gradient.arrow');
  const running = loss(optionsOf({ embeddings, gradient }));
  const reason = new Error('enough');
  await t.throwsAsync(
    running.output$.forEach(() => running.abort(reason)),
    { is: reason },
  );
  await running.closed;
  t.deepEqual(await fs.readdir(folder), []);
});

test('a signal stops it with 130, also on the thread that computes', async (t) => {
  const embeddings = await writeVectorExport(t, large);
  const folder = await temporaryFolder(t);
  const gradient = path.join(folder, 'gradient.arrow');
  const { exitCode, stdout, stderr } = await run(
    ['loss', embeddings, '--gradient', gradient, '--engine', 'cpu'],
    (terminal) => terminal.emit('SIGINT', 'SIGINT'),
  );
  t.is(exitCode, 130);
  t.is(stdout, 'stopped; nothing was written\n');
  t.regex(stderr, /loss {2}\d{2,3}\/3,000/u);
  t.deepEqual(await fs.readdir(folder), []);
});
