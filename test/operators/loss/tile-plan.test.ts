import test from 'ava';
import fc from 'fast-check';
import { tilePlan } from '../../../operators/loss/tile-plan.ts';

const classSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });

test('every row is an anchor once, with all of its class near', (t) => {
  fc.assert(
    fc.property(classSizes, fc.boolean(), (sizes, gradient) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const plan = tilePlan(sizes, 128, { gradient });
      const classOf = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
      const first = sizes.map((_, label) => classOf.indexOf(label));
      let next = 0;
      for (const { from, count, sameClassFrom } of plan.blocks) {
        if (from !== next || count < 1 || count > plan.rows || sameClassFrom > from) return false;
        for (let row = from; row < from + count; row += 1) {
          const label = classOf[row]!;
          // Columns are read round the end, so only the distance from `sameClassFrom` matters.
          if (first[label]! < sameClassFrom) return false;
          if (first[label]! + sizes[label]! > sameClassFrom + plan.sameClass) return false;
        }
        next = from + count;
      }
      return next === total && plan.sameClass <= total;
    }),
    { seed: 11, numRuns: 200 },
  );
  t.pass();
});

test('near columns are few where classes are small', (t) => {
  const plan = tilePlan(
    Array.from({ length: 1000 }, () => 16),
    128,
    { gradient: true },
  );
  t.true(plan.sameClass <= 1024);
  t.true(
    tilePlan(
      Array.from({ length: 10 }, () => 1600),
      128,
      { gradient: true },
    ).sameClass === 1600,
  );
});

test('a tile of a large set stays within its memory', (t) => {
  for (const rows of [65_536, 1_000_000]) {
    const plan = tilePlan(
      Array.from({ length: 10 }, () => rows / 10),
      128,
      { gradient: true },
    );
    // 64 MB for a float32 matrix; with a million rows, 32 anchors at a time.
    t.true(plan.rows * rows <= Math.max(2 ** 24, 32 * rows));
  }
});

test('a tile without a gradient takes a few megabytes', (t) => {
  for (const rows of [5000, 16_384]) {
    const sizes = Array.from({ length: 10 }, () => Math.ceil(rows / 10));
    const [forward, both] = [false, true].map((gradient) => tilePlan(sizes, 128, { gradient }));
    t.true(forward!.rows * rows <= 2 ** 20 + 16 * rows);
    t.true(forward!.rows < both!.rows);
  }
});

test('refuses a set without rows', (t) => {
  t.throws(() => tilePlan([], 128, { gradient: true }), {
    instanceOf: RangeError,
    message: /at least one row/u,
  });
});
