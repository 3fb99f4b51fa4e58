import { readFile } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import { alarmNames, alarmRules } from '../../../operators/alarms/alarm-rules.ts';
import type { ClassDraws, StepRow, WatchedRun } from '../../../operators/alarms/alarm.ts';
import { type Alarm, watchRun } from '../../../operators/alarms/watch-run.ts';
import { project } from '../../helpers/project.ts';

const even = (steps: number): readonly ClassDraws[] =>
  ['a', 'b', 'c'].map((name) => ({ name, images: 100, draws: steps * 10 }));
const run: WatchedRun = {
  classes: 3,
  rows: 60,
  stepsPerEpoch: 10,
  warmupSteps: 0,
  drawn: even,
};

/** A healthy step: the loss falls, classes come together. */
function healthy(step: number): StepRow {
  const left = 1 / (1 + step / 100);
  return {
    step,
    loss: 3 + 2 * left,
    spread: 0.3,
    effective_rank: 2,
    alignment: 0.3,
    anchors_without_positive: 0,
  };
}

function raised(
  rowOf: (step: number) => StepRow,
  watched: Partial<WatchedRun> = {},
  steps = 400,
): readonly Alarm[] {
  const watch = watchRun({ ...run, ...watched });
  return Array.from({ length: steps }, (_, step) => watch.see(rowOf(step))).flat();
}

const names = (alarms: readonly Alarm[]): readonly string[] => alarms.map(({ name }) => name);

test('a healthy run raises no alarm', (t) => {
  t.deepEqual(raised(healthy), []);
});

test('vectors that are one point are a collapse, once', (t) => {
  const alarms = raised((step) => ({ ...healthy(step), spread: 1e-4, alignment: 1e-5 }));
  t.deepEqual(names(alarms), ['collapse']);
  t.regex(alarms[0]!.text, /one point.*`learningRate`/su);
});

test('an untrained network whose vectors are still one point is given its time, with the warm-up', (t) => {
  const early = (step: number): StepRow => ({
    ...healthy(step),
    ...(step < 290 ? { spread: 1e-4, alignment: 1e-5 } : {}),
  });
  t.deepEqual(names(raised(early)), ['collapse']);
  t.deepEqual(raised(early, { warmupSteps: 200 }), []);
});

test('vectors on one line are a collapse of three classes, and right for two', (t) => {
  const line = (step: number): StepRow => ({ ...healthy(step), effective_rank: 1.01 });
  t.deepEqual(names(raised(line)), ['collapse']);
  const two = (steps: number): readonly ClassDraws[] => even(steps).slice(1);
  t.deepEqual(raised(line, { classes: 2, drawn: two }), []);
  const few = (steps: number): readonly ClassDraws[] => [
    ...even(steps).slice(1),
    { name: 'rare', images: 100, draws: 1 },
  ];
  t.deepEqual(raised(line, { drawn: few }), [], 'a third class that is hardly drawn');
  t.deepEqual(names(raised(line, { classes: 1, drawn: () => [] })), ['collapse'], 'by image');
});

test('a loss that loses half of its gain diverges; one bad batch does not', (t) => {
  const jump = (step: number): StepRow => ({
    ...healthy(step),
    loss: step < 300 ? healthy(step)['loss']! : 4.9,
  });
  t.deepEqual(names(raised(jump)), ['divergence']);
  const bad = (step: number): StepRow => ({
    ...healthy(step),
    loss: step === 300 ? 9 : healthy(step)['loss']!,
  });
  t.deepEqual(raised(bad), []);
});

test('a loss that rises from the beginning diverges', (t) => {
  t.deepEqual(names(raised((step) => ({ ...healthy(step), loss: 3 + step / 100 }))), [
    'divergence',
  ]);
});

test('most rows without a positive are an alarm', (t) => {
  const alone = (step: number): StepRow => ({ ...healthy(step), anchors_without_positive: 40 });
  t.deepEqual(names(raised(alone)), ['no-positives']);
  t.is(raised(alone)[0]!.step, 19);
});

test('a class that is never drawn is named after two epochs', (t) => {
  const drawn = (steps: number): readonly ClassDraws[] => [
    ...even(steps),
    { name: 'rare\n', images: 1, draws: 0 },
  ];
  const alarms = raised(healthy, { drawn });
  t.deepEqual(names(alarms), ['never-drawn']);
  t.is(alarms[0]!.step, 19);
  t.true(alarms[0]!.text.includes('`rare\\n`'), alarms[0]!.text);
});

test('a class that fills most places dominates; one of two does not', (t) => {
  const drawn = (steps: number): readonly ClassDraws[] => [
    { name: 'a', images: 100, draws: steps * 90 },
    ...even(steps).slice(1),
  ];
  t.deepEqual(names(raised(healthy, { drawn })), ['dominating-class']);
  t.deepEqual(raised(healthy, { drawn: (steps) => drawn(steps).slice(0, 2) }), []);
});

test('classes that stay as wide as the whole contradict their labels', (t) => {
  const wide = (step: number): StepRow => ({ ...healthy(step), alignment: 0.59 });
  t.deepEqual(names(raised(wide)), ['contradicted-labels']);
  t.deepEqual(raised(wide, { classes: 1 }), []);
});

test('a classifier, whose rows have no pairs, is watched for divergence alone', (t) => {
  t.deepEqual(
    raised((step) => ({ step, loss: 2, accuracy: 0.5 })),
    [],
  );
});

test('a run that is continued raises what is left, whatever the step at which it was stopped', (t) => {
  const rowOf = (step: number): StepRow => ({
    ...healthy(step),
    spread: step < 280 ? 0.3 : 1e-4,
    anchors_without_positive: 40,
    alignment: 1e-5,
  });
  const whole = raised(rowOf);
  t.is(whole.length, 2);
  fc.assert(
    fc.property(fc.nat(399), (stopped) => {
      const watch = watchRun(run);
      const replayed: Alarm[] = [];
      for (let step = 0; step < stopped; step += 1) replayed.push(...watch.see(rowOf(step)));
      const later: Alarm[] = [];
      for (let step = stopped; step < 400; step += 1) later.push(...watch.see(rowOf(step)));
      t.deepEqual([...replayed, ...later], whole);
    }),
    { numRuns: 20 },
  );
});

test('every alarm names options in its text, and no text names one that it does not list', (t) => {
  const alarms = [
    ...raised((step) => ({
      ...healthy(step),
      spread: 1e-4,
      alignment: 1e-5,
      loss: 3 + step / 100,
    })),
    ...raised((step) => ({ ...healthy(step), alignment: 0.6, anchors_without_positive: 60 })),
    ...raised(healthy, {
      drawn: () => [
        { name: 'a', images: 1, draws: 9 },
        { name: 'b', images: 1, draws: 0 },
        { name: 'c', images: 1, draws: 0 },
      ],
    }),
  ];
  t.deepEqual(names(alarms).toSorted(), [...alarmNames].toSorted());
  for (const { text, options } of alarms) {
    t.true(options.length > 0);
    for (const option of options) t.regex(text, new RegExp(`\`${option}[\`:]`, 'u'));
  }
});

test('the README lists every alarm as its rule describes it', async (t) => {
  const text = await readFile(new URL('operators/alarms/README.md', project), 'utf8');
  const listed = [...text.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gmu)].map(([, name, doc]) => [
    name,
    doc,
  ]);
  t.deepEqual(
    listed,
    alarmNames.map((name) => [name, alarmRules[name].doc]),
  );
});
