import test from 'ava';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import type { LossSpec } from '../../operators/loss/loss-spec.ts';
import { float32Rows } from './contrastive-loss-contract.ts';
import {
  frobenius,
  goldenRows,
  lossReference,
  readoutReference,
} from '../helpers/loss-reference.ts';
import { formulaOf, usualLosses } from '../helpers/loss-specs.ts';
import { near, normalValues } from '../helpers/tensors.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { opened } from '../helpers/opened.ts';

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

// Official code (tufts-ml/SupContrast), PyTorch 2.13, float64: value, Frobenius norm of the gradient.
const official: readonly (readonly [LossSpec, number, number])[] = [
  [{ name: 'sincere', temperature: 1 }, 2.266728157539, 0.5338728406],
  [{ name: 'sincere', temperature: 0.1 }, 10.75284408473, 9.4802488232],
  [{ name: 'sincere', temperature: 0.05 }, 21.372968142016, 19.3827481177],
  [{ name: 'supcon', temperature: 1 }, 2.348669225552, 0.5094216004],
  [{ name: 'supcon', temperature: 0.1 }, 10.760791513924, 9.4414661058],
  [{ name: 'supcon', temperature: 0.05 }, 21.374327807782, 19.3671705198],
  [{ name: 'eps-sup-infonce', temperature: 1, epsilon: 0.25 }, 2.242346604798, 0.5458977533],
  [{ name: 'eps-sup-infonce', temperature: 0.1, epsilon: 0.25 }, 10.751152906048, 9.4884920407],
  [{ name: 'eps-sup-infonce', temperature: 0.05, epsilon: 0.25 }, 21.37266987197, 19.3861593823],
];

/**
 * What the losses of every engine must do.
 *
 * @param open Opens the engine. Called in every test.
 */
export function lossSessionContract(name: string, open: () => Promise<Engine>): void {
  test(`${name}: losses of a set equal the official code`, async (t) => {
    const engine = await opened(t, open());
    const z = Float32Array.from(goldenRows().flat());
    for (const [spec, value, norm] of official) {
      const session = await engine.createLoss(spec);
      const rows = { z, size: 4, labels: Int32Array.from(labels) };
      const result = await session.run(rows, { gradient: true, readouts: true });
      const what = `${spec.name} at ${spec.temperature}`;
      near(t, [result.value], [value], 5e-7, what);
      near(t, [frobenius([[...result.gradient!]])], [norm], 1e-6, what);
      t.is(result.anchors, 8);
      await session.close();
    }
  });

  test(`${name}: many classes, every read-out, and a gradient in place of every row`, async (t) => {
    const engine = await opened(t, open());
    const random = unitRows(90, 5, 'session');
    const rows = float32Rows(
      Array.from({ length: 90 }, (_, i) => [...random.subarray(i * 5, i * 5 + 5)]),
    );
    // Classes of 1 to 17 rows in mixed order, and rows without a class.
    const classes = rows.map((_, i) => (i % 11 === 3 ? -1 : Math.floor(Math.sqrt((i * 7) % 90))));
    for (const spec of usualLosses(0.2)) {
      const formula = formulaOf(spec.name);
      const session = await engine.createLoss(spec);
      const given = {
        z: Float32Array.from(rows.flat()),
        size: 5,
        labels: Int32Array.from(classes),
      };
      const result = await session.run(given, { gradient: true, readouts: true });
      const expected = lossReference(formula, rows, classes, 0.2);
      near(t, [result.value], [expected.value], 1e-6);
      near(t, result.gradient!, expected.gradient.flat(), 5e-6);
      const wanted = readoutReference(formula, rows, classes, 0.2);
      for (const [key, value] of Object.entries(wanted)) {
        near(t, [result.readouts![key as keyof typeof wanted]], [value], 2e-5, key);
      }
      // Without what is not asked for, the value is the same.
      const bare = await session.run(given, { gradient: false, readouts: false });
      near(t, [bare.value], [result.value], 1e-7);
      t.is(bare.gradient, undefined);
      t.is(bare.readouts, undefined);
      await session.close();
    }
  });

  test(`${name}: stays finite at a temperature of 0.001`, async (t) => {
    const engine = await opened(t, open());
    const rows = goldenRows();
    const z = Float32Array.from(rows.flat());
    const given = { z, size: 4, labels: Int32Array.from(labels) };
    for (const loss of ['sincere', 'supcon'] as const) {
      const session = await engine.createLoss({ name: loss, temperature: 0.001 });
      const { value, gradient } = await session.run(given, { gradient: true, readouts: false });
      const expected = lossReference(loss, float32Rows(rows), labels, 0.001);
      // Similarities reach 1000, where float32 steps are 6e-5.
      near(t, [value], [expected.value], 1e-6);
      near(t, gradient!, expected.gradient.flat(), 1e-3);
    }
  });

  test(`${name}: a set without any class has no value, gradient 0 and read-outs of nothing`, async (t) => {
    const engine = await opened(t, open());
    const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
    const rows = { z: normalValues(12, 'none'), size: 4, labels: new Int32Array(3).fill(-1) };
    const result = await session.run(rows, { gradient: true, readouts: true });
    t.is(result.value, Number.NaN);
    t.deepEqual(result.gradient, new Float32Array(12));
    const { anchorsWithoutPositive, ...readouts } = result.readouts!;
    t.is(anchorsWithoutPositive, 0);
    t.true(Object.values(readouts).every(Number.isNaN));
  });

  test(`${name}: tells how far it is, and ends early when told`, async (t) => {
    const engine = await opened(t, open());
    const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
    const z = normalValues(300 * 4, 'progress');
    const given = { z, size: 4, labels: Int32Array.from({ length: 300 }, (_, i) => i % 3) };
    const told: number[] = [];
    const options = { gradient: false, readouts: false } as const;
    await session.run(given, { ...options, onProgress: (done) => told.push(done) });
    t.is(told.at(-1), 300);

    const abort = new AbortController();
    const reason = new Error('enough');
    abort.abort(reason);
    const { signal } = abort;
    t.is(await t.throwsAsync(session.run(given, { ...options, signal })), reason);
    const later = new AbortController();
    const run = session.run(given, { ...options, signal: later.signal });
    later.abort(reason);
    t.is(await t.throwsAsync(run), reason);
    // The session is as good as before.
    t.true(Number.isFinite((await session.run(given, options)).value));
  });

  test(`${name}: refuses what is out of range`, async (t) => {
    const engine = await opened(t, open());
    await t.throwsAsync(engine.createLoss({ name: 'sincere', temperature: 0 }), {
      instanceOf: RangeError,
      message: /`loss\.temperature` to be a number above 0/u,
    });
    const epsilon = { name: 'eps-sup-infonce', temperature: 1, epsilon: -1 } as const;
    await t.throwsAsync(engine.createLoss(epsilon), {
      instanceOf: RangeError,
      message: /`loss\.epsilon`/u,
    });
    const session = await engine.createLoss({ name: 'sincere', temperature: 1 });
    const rows = { z: new Float32Array(7), size: 4, labels: new Int32Array(2) };
    await t.throwsAsync(session.run(rows, { gradient: false, readouts: false }), {
      instanceOf: RangeError,
      message: /`z` to be 2 rows of 4 values, got `7`/u,
    });
    await engine.close();
    await t.throwsAsync(engine.createLoss({ name: 'sincere', temperature: 1 }), {
      code: 'ERR_ENGINE',
      message: /was closed/u,
    });
  });
}
