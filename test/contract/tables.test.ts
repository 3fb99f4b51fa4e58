import fs from 'node:fs/promises';
import test from 'ava';
import { expectTypeOf } from 'expect-type';
import { lossNames, losses, lossOf } from '../../operators/loss/losses.ts';
import type { LossSpec } from '../../operators/loss/loss-spec.ts';
import {
  crossEntropyReadoutTable,
  formatted,
  type LossReadouts,
  lossReadoutTable,
  type Readout,
  readoutColumns,
} from '../../operators/loss/readouts.ts';
import { type EncoderName, encoderNames, encoders } from '../../operators/model/encoders.ts';
import { rateCurveDocs, rateCurveNames } from '../../operators/model/rate-curves.ts';
import { stemNames, stems } from '../../operators/model/stems.ts';
import { gradientReadoutTable } from '../../operators/step/step-readouts.ts';
import {
  optimizerNames,
  type OptimizerName,
  optimizers,
} from '../../operators/step/optimizer/optimizers.ts';
import { classifierColumns, contrastiveColumns } from '../../outputs/run/metrics-columns.ts';
import { imageOperations } from '../../operators/image/rand-augment/operations.ts';
import {
  formOf,
  recipeKeyNames,
  recipeKeyOf,
  writeRecipeKey,
} from '../../operators/image/recipe-keys.ts';
import { presetNames, presetOf, presetSteps } from '../../operators/image/recipe-presets.ts';
import { project } from '../helpers/project.ts';

const readmeOf = (room: string): Promise<string> =>
  fs.readFile(new URL(`operators/${room}/README.md`, project), 'utf8');
const readme = await readmeOf('loss');
const imageReadme = await readmeOf('image');

/** Rows of the Markdown table under a heading of its first column, as cells without padding. */
function tableUnder(heading: string, page: string = readme): string[][] {
  const lines = page.split('\n');
  const first = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) =>
    line
      .split(/(?<!\\)\|/u)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the table of losses in the README is that of the code', (t) => {
  const rows = lossNames.map((name) => {
    const { sum, f, term, lowest } = lossOf({ name }).formula;
    return [`\`${name}\``, sum, f, term, lowest];
  });
  t.deepEqual(tableUnder('`--loss`'), rows);
});

test('the table of read-outs in the README is that of the code', (t) => {
  const rows = readoutColumns(lossReadoutTable).map(([, { column, doc }]) => [
    `\`${column}\``,
    // A bar would end the cell.
    doc.replaceAll('|', '\\|'),
  ]);
  t.deepEqual(tableUnder('column of `metrics.arrows`'), rows);
});

test('the table of schedules in the README is that of the code', async (t) => {
  const rows = rateCurveNames.map((name) => [`\`${name}\``, rateCurveDocs[name].doc]);
  t.deepEqual(tableUnder('`--schedule`', await readmeOf('step')), rows);
});

test('the tables of augmentations in the README are those of the code', (t) => {
  const presets = presetNames.map((name) => {
    const steps = recipeKeyNames.flatMap((key) => {
      const value = writeRecipeKey(key, presetSteps[name]);
      return value === 'off' || key === 'ratio' ? [] : [`\`${key}=${value}\``];
    });
    return [`\`${name}\``, steps.join(' ') || 'none', presetOf(name).doc];
  });
  t.deepEqual(tableUnder('preset', imageReadme), presets);
  const keys = recipeKeyNames.map((key) => {
    const { form, example, doc } = recipeKeyOf(key);
    const orOff = formOf(key).endsWith('=off`') ? ' or `off`' : '';
    return [`\`${key}\``, `${form}${orOff}`, `\`${key}=${example}\``, doc];
  });
  t.deepEqual(tableUnder('key', imageReadme), keys);
  const operations = Object.entries(imageOperations).map(([name, { doc }]) => [`\`${name}\``, doc]);
  t.deepEqual(tableUnder('operation', imageReadme), operations);
});

test('every loss is advised on in the README', (t) => {
  const [, advice = ''] = /## Which loss when\n(.*?)## Temperature/su.exec(readme) ?? [];
  const named = new Set(Array.from(advice.matchAll(/`([a-z-]+)`/gu), ([, name]) => name));
  for (const name of lossNames) t.true(named.has(name), name);
});

const columnsOf = (
  table: Readonly<Record<string, Pick<Readout<never>, 'column' | 'type' | 'edition'>>>,
): [string, string][] =>
  readoutColumns(table as Readonly<Record<string, Readout<never>>>).map(([, { column, type }]) => [
    column,
    type,
  ]);

test('read-outs are the columns of `metrics.arrows`, in the order of the file', (t) => {
  const before = ['step', 'epoch', 'learning_rate'];
  for (const [columns, table] of [
    [contrastiveColumns, lossReadoutTable],
    [classifierColumns, crossEntropyReadoutTable],
  ] as const) {
    t.deepEqual(Object.entries(columns).slice(before.length, -1), [
      ...columnsOf(table),
      ...columnsOf(gradientReadoutTable),
    ]);
  }
});

test('no two entries of a table share a column, a label or a metric', (t) => {
  for (const table of [lossReadoutTable, crossEntropyReadoutTable]) {
    const entries: readonly Readout<never>[] = Object.values(table);
    for (const list of [
      entries.map(({ column }) => column),
      entries.flatMap(({ metric }) => metric ?? []),
      entries.flatMap(({ report }) => report?.label ?? []),
      entries.flatMap(({ summary }) => summary?.label ?? []),
    ]) {
      t.is(new Set(list).size, list.length);
    }
  }
});

test('numbers are written in digits, decimals or percent', (t) => {
  t.is(formatted(0.123456, { significant: 3 }), '0.123');
  t.is(formatted(0.123456, { decimals: 4 }), '0.1235');
  t.is(formatted(0.123456, { percent: 1 }), '12.3');
});

test('names are the keys of their tables, in order', (t) => {
  t.deepEqual([...lossNames], Object.keys(losses));
  t.deepEqual([...encoderNames], Object.keys(encoders));
  t.deepEqual([...stemNames], Object.keys(stems));
  t.deepEqual([...optimizerNames], Object.keys(optimizers));
});

test('every entry has one line that says what it is', (t) => {
  for (const table of [losses, encoders, stems]) {
    for (const { doc } of Object.values(table)) t.regex(doc, /^\S.*\.$/u);
  }
});

test('types follow from the tables', (t) => {
  // Configurations name them: one may come, none may go.
  expectTypeOf<'sgd' | 'adamw' | 'lars'>().toExtend<OptimizerName>();
  expectTypeOf<'sincere' | 'supcon' | 'eps-sup-infonce' | 'infonce' | 'dcl'>().toExtend<
    LossSpec['name']
  >();
  expectTypeOf<
    'resnet8' | 'resnet20' | 'resnet18' | 'resnet34' | 'resnet50' | 'resnet101'
  >().toExtend<EncoderName>();
  expectTypeOf<string>().not.toExtend<LossSpec['name']>();
  expectTypeOf<string>().not.toExtend<OptimizerName>();
  expectTypeOf<LossReadouts['spread']>().toEqualTypeOf<number>();
  // @ts-expect-error ε belongs to its loss.
  const without: LossSpec = { name: 'eps-sup-infonce', temperature: 1 };
  // @ts-expect-error And to no other.
  const alien: LossSpec = { name: 'sincere', temperature: 1, epsilon: 1 };
  t.truthy([without, alien]);
});
