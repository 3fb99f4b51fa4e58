import test from 'ava';
import { trainL2Probe } from '../../../../operators/evaluation/probe/l2-probe.ts';
import { selectStrength } from '../../../../operators/evaluation/probe/select-strength.ts';
import { lcg, lcgRows, letters, vectorSet } from '../../../helpers/lcg-vectors.ts';

const classes = letters(3);
const train = vectorSet(lcgRows(120, 5, 3, 41), classes);

test('tries each strength on the same held-out images', async (t) => {
  const grid = [10, 0.01, 1];
  const choice = await selectStrength(train, { grid, heldOut: 0.2, threads: 0 });
  t.deepEqual(
    choice.trials.map(({ l2 }) => l2),
    [0.01, 1, 10],
  );
  t.true(choice.trials.every(({ converged }) => converged));
  t.true(Math.abs(choice.heldOutImages - 24) <= 2);
  const best = Math.max(...choice.trials.map(({ accuracy }) => accuracy));
  t.is(choice.trials.find(({ l2 }) => l2 === choice.l2)!.accuracy, best);
  t.deepEqual(await selectStrength(train, { grid, heldOut: 0.2, threads: 0 }), choice);
});

test('prefers strong regularisation where there is nothing to learn', async (t) => {
  const next = lcg(9);
  const labels = train.labels.map(() => Math.floor(next() * 3));
  const rows = lcgRows(120, 5, 3, 42).rows;
  const { trials } = await selectStrength(vectorSet({ rows, labels }, classes), { threads: 0 });
  t.true(trials[0]!.logLoss < trials.at(-1)!.logLoss);
});

test('keeps an image of every class on either side', async (t) => {
  const labels = Int32Array.from([0, 0, 1, 1, 2]);
  const { rows } = lcgRows(5, 2, 3, 4);
  const few = vectorSet({ rows, labels }, classes);
  const choice = await selectStrength(few, { heldOut: 0.9, grid: [1], threads: 0 });
  t.is(choice.heldOutImages, 2);
  const lonely = vectorSet({ rows: rows.slice(0, 6), labels: Int32Array.of(0, 1, 2) }, classes);
  await t.throwsAsync(selectStrength(lonely, { threads: 0 }), {
    instanceOf: RangeError,
    message: /Expected a class of `train` to have 2 images or more, so that one can be held out/u,
  });
});

test('works on a set that is an instance', async (t) => {
  class Instance {
    readonly #set = train;
    get name() {
      return this.#set.name;
    }
    get classes() {
      return this.#set.classes;
    }
    get count() {
      return this.#set.count;
    }
    get dim() {
      return this.#set.dim;
    }
    get labels() {
      return this.#set.labels;
    }
    id(position: number) {
      return this.#set.id(position);
    }
    blocks() {
      return this.#set.blocks();
    }
  }
  const options = { grid: [1], threads: 0 };
  t.deepEqual(await selectStrength(new Instance(), options), await selectStrength(train, options));
  t.deepEqual(
    await trainL2Probe(new Instance(), { threads: 0 }),
    await trainL2Probe(train, { threads: 0 }),
  );
});

test('refuses options out of their range', async (t) => {
  for (const [options, message] of [
    [{ grid: [] }, /`grid` to have a value/],
    [{ grid: [-1] }, /`l2` to be above 0/],
    [{ heldOut: 1 }, /`heldOut` to be above 0 and below 1/],
  ] as const) {
    await t.throwsAsync(selectStrength(train, { threads: 0, ...options }), {
      instanceOf: RangeError,
      message,
    });
  }
});
