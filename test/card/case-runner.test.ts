import test from 'ava';
import { PipelineError } from '../../operators/errors.ts';
import { near } from '../helpers/tensors.ts';
import { collectCases, runCase } from './case-runner.ts';

test('cases that come first are in front, and each says how it ended', async (t) => {
  const { test: declare, cases } = collectCases();
  declare('close', async (t) => near(t, [1, 2], [1, 2.0002], 1e-3));
  declare('far', async (t) => near(t, [1], [2], 1e-3));
  declare('throws', async () => {
    throw new Error('out of luck');
  });
  declare.serial('first', async (t) => t.is(1, 1));
  t.deepEqual(
    cases().map(({ title }) => title),
    ['first', 'close', 'far', 'throws'],
  );
  const outcomes = await Promise.all(cases().map(runCase));
  t.deepEqual(
    outcomes.map(({ passed }) => passed),
    [true, true, false, false],
  );
  t.true(outcomes[1]!.closeness > 0.09 && outcomes[1]!.closeness < 0.11);
  t.regex(outcomes[2]!.message, /values: relative error 0\.5, tolerance 0\.001/u);
  t.is(outcomes[3]!.message, 'out of luck');
});

test('its assertions refuse what AVA’s refuse', async (t) => {
  const failing: readonly Parameters<typeof runCase>[0]['run'][] = [
    async (t) => t.true(false),
    async (t) => t.false(true),
    async (t) => t.is(1, 2),
    async (t) => t.deepEqual([new Float32Array([1])], [new Float32Array([2])]),
    async (t) => t.deepEqual(new Map([['a', 1]]), new Map([['a', 2]])),
    async (t) => t.regex('abc', /d/u),
    async (t) => void (await t.throwsAsync(Promise.resolve(1))),
    async (t) => void (await t.throwsAsync(refused(), { code: 'ERR_SHAPE' })),
    async (t) => void (await t.throwsAsync(refused(), { message: /another/u })),
    async (t) => void (await t.throwsAsync(refused(), { instanceOf: RangeError })),
    async (t) => t.notThrowsAsync(refused),
  ];
  for (const run of failing) t.false((await runCase({ title: '', run })).passed, String(run));
  const holding = await runCase({
    title: '',
    async run(t) {
      t.deepEqual(
        new Map([['a', Float32Array.of(1, NaN)]]),
        new Map([['a', Float32Array.of(1, NaN)]]),
      );
      await t.throwsAsync(refused(), { code: 'ERR_ENGINE', message: /here/u });
      await t.throwsAsync(refused, { instanceOf: PipelineError });
      await t.notThrowsAsync(async () => {});
    },
  });
  t.deepEqual([holding.passed, holding.message], [true, '']);
});

async function refused(): Promise<void> {
  throw new PipelineError('ERR_ENGINE', 'not here');
}
