import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { trainingSection } from '../../../../outputs/report/sections/training.ts';
import { validationSection } from '../../../../outputs/report/sections/validation.ts';
import { shownShare } from '../../../../outputs/page/shown-number.ts';
import type { ReportRun } from '../../../../outputs/report/material/material.ts';
import { seriesPlaces } from '../../../../outputs/report/figures/series-places.ts';
import { pathsOf } from '../../../helpers/charts.ts';
import {
  drawnSection,
  madeEvaluation,
  madeRun,
  noMaterial,
} from '../../../helpers/report-material.ts';

function steps(count: number, of: (step: number) => number): number[] {
  return Array.from({ length: count }, (_, step) => of(step));
}

test('curves of training hold all runs, their extremes, and what is left out; long ones stay small', async (t) => {
  const count = 20_000;
  const spike = (step: number): number => (step === 12_345 ? 77 : 1);
  const metrics = {
    step: steps(count, (step) => step),
    loss: steps(count, spike),
    repelled_share: steps(count, (step) => (step === 5 ? Number.NaN : 0.25)),
  };
  const timing = {
    step: steps(count, (step) => step),
    step_ms: steps(count, () => 75),
    wall_ms: steps(count, () => 100),
  };
  const runs = [
    await madeRun(t, 'SINCERE', { 'metrics.arrows': metrics, 'timing.arrows': timing }),
    await madeRun(t, 'SupCon', { 'metrics.arrows': { step: [0, 1], loss: [4, 2] } }),
    await madeRun(t, 'not begun', {}),
  ];
  const { html } = await drawnSection(trainingSection, { runs });
  t.is(html.match(/<svg class="chart"/gu)?.length, 3);
  t.regex(html, /SINCERE: at the end 1\.\d+ on average, between 1 and 77 over all steps\./u);
  t.regex(html, /SupCon: at the end 2\.\d+ on average, between 2 and 4 over all steps\./u);
  t.regex(html, /time waiting for data<\/title><desc>SINCERE: at the end 25/u);
  t.regex(html, / 1 value that is no number is left out\./u);
  t.true(html.includes('<code>SINCERE/run/metrics.arrows</code>'));
  t.true(html.includes('<code>SINCERE/run/timing.arrows</code>'));
  t.false(html.includes('not begun'));
  t.true(html.length < 60_000, String(html.length));
  t.is((await drawnSection(trainingSection, {})).html, '');
});

test('a schedule is drawn as it was, without an average that lags', async (t) => {
  const rate = (step: number): number => (step < 50 ? step / 50 : 1 - (step - 50) / 64);
  const metrics = {
    step: steps(100, (step) => step),
    gradient_norm: steps(100, rate),
    learning_rate: steps(100, rate),
  };
  const runs = [await madeRun(t, 'SINCERE', { 'metrics.arrows': metrics })];
  const { html } = await drawnSection(trainingSection, { runs });
  const [measured, exact] = ['length of the gradient', 'learning rate'].map((title) => {
    const drawn = new RegExp(`<svg class="chart"[^>]*><title>${title}.*?</svg>`, 'su');
    return pathsOf(drawn.exec(html)![0], 'var(--c0)');
  });
  t.is(measured!.length, 2);
  t.is(exact!.length, 1);
  t.deepEqual(exact![0], measured![0], 'the line of the steps themselves');
  t.regex(html, /learning rate<\/title><desc>SINCERE: at the end 0\.2344, between 0 and 1 over/u);
});

test('a loss that is trained is not drawn again as that of the batch, but of runs of two losses', async (t) => {
  const of = async (label: string, trained: 'sincere' | 'supcon') => {
    const both = { sincere: [3, 1], supcon: [4, 2] };
    const metrics = { step: [0, 1], loss: both[trained], ...both };
    return await madeRun(t, label, { 'metrics.arrows': metrics });
  };
  const titlesOf = async (...runs: readonly ReportRun[]): Promise<readonly string[]> => {
    const { html } = await drawnSection(trainingSection, { runs });
    return Array.from(html.matchAll(/<title>([^<]*)/gu), ([, title = '']) => title);
  };
  const [sincere, again] = [await of('a', 'sincere'), await of('b', 'sincere')];
  const supcon = await of('c', 'supcon');
  t.deepEqual(await titlesOf(sincere), [
    'loss that is trained: SINCERE of the batch (nats)',
    'SupCon of the batch (nats)',
  ]);
  t.deepEqual(await titlesOf(supcon), [
    'loss that is trained: SupCon of the batch (nats)',
    'SINCERE of the batch (nats)',
  ]);
  t.is((await titlesOf(sincere, again)).length, 2);
  t.deepEqual(await titlesOf(sincere, supcon), [
    'loss that is trained (nats)',
    'SINCERE of the batch (nats)',
    'SupCon of the batch (nats)',
  ]);
});

test('the damaged log of a run is told, and the curves of the others are there', async (t) => {
  const logs = {
    'metrics.arrows': { step: [0, 1], loss: [4, 2] },
    'timing.arrows': { step: [0, 1], step_ms: [75, 75], wall_ms: [100, 100] },
    'validation.arrows': { step: [1], loss: [3] },
  };
  const runs = [await madeRun(t, 'SINCERE', logs), await madeRun(t, 'SupCon', logs)];
  const damaged = runs[1]!;
  const cut = async (name: string): Promise<void> =>
    await fs.truncate(path.join(damaged.path, name));
  await cut('timing.arrows');
  const untimed = await drawnSection(trainingSection, { runs: [damaged] });
  t.regex(untimed.html, /SupCon: at the end/u);
  t.notRegex(untimed.html, /time waiting for data/u);
  t.is(untimed.notes.length, 1);
  await cut('metrics.arrows');
  await cut('validation.arrows');
  for (const [section, log] of [
    [trainingSection, 'metrics'],
    [validationSection, 'validation'],
  ] as const) {
    const { html, notes } = await drawnSection(section, { runs });
    t.regex(html, /SINCERE: /u);
    t.notRegex(html, /SupCon: /u);
    t.is(notes.length, 1);
    t.true(notes[0]!.startsWith(`\`SupCon/run/${log}.arrows\` is damaged`), notes[0]);
    const error = await t.throwsAsync(drawnSection(section, { runs: [damaged] }));
    t.regex(error.message, /is damaged/u);
  }
});

test('validations mark the best of each run, by the direction of the measure', async (t) => {
  const validation = {
    step: [100, 200, 300],
    knn5_accuracy: [0.5, 0.75, 0.625],
    loss: [3, 4, 2],
    margin: steps(3, () => Number.NaN),
  };
  const runs = [await madeRun(t, 'SINCERE', { 'validation.arrows': validation })];
  const { html } = await drawnSection(validationSection, { runs });
  t.is(html.match(/<svg class="chart"/gu)?.length, 2, 'what was never measured has no plot');
  const [last, best] = [0.625, 0.75].map((share) => shownShare(share));
  t.true(html.includes(`SINCERE: ${last} at the end, at its best ${best} after 200 steps.`));
  t.true(html.includes('SINCERE: 2 at the end, at its best 2 after 300 steps.'));
  t.is(html.match(/fill="var\(--paper\)"/gu)?.length, 2);
});

test('a run and its evaluation have one colour in the whole page, others one of their own', async (t) => {
  const [a, b] = [await madeRun(t, 'a', {}), await madeRun(t, 'b', {})];
  const of = async (label: string, run: typeof a | undefined) => ({
    ...(await madeEvaluation(t, label, {})),
    run,
  });
  const evaluations = [
    await of('b', b),
    await of('other', undefined),
    await of('a', a),
    await of('b again', b),
  ];
  const places = seriesPlaces({ ...noMaterial, runs: [a, b], evaluations });
  t.deepEqual([a, b].map(places.run), [0, 1]);
  t.deepEqual(evaluations.map(places.evaluation), [1, 2, 0, 3]);
});
