import test from 'ava';
import { lbfgs } from '../../../../operators/evaluation/probe/lbfgs.ts';

/** Rosenbrock's valley: curved, with its minimum of 0 where every number is 1. */
async function valley(x: Float64Array, gradient: Float64Array): Promise<number> {
  gradient.fill(0);
  let value = 0;
  for (let at = 0; at + 1 < x.length; at += 1) {
    const [a, b] = [x[at]!, x[at + 1]!];
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[at]! += -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[at + 1]! += 200 * (b - a * a);
  }
  return value;
}

test('finds the end of a curved valley', async (t) => {
  const x = Float64Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? -1.2 : 1));
  const seen: number[] = [];
  const found = await lbfgs(valley, x, {
    tolerance: 1e-9,
    iterations: 500,
    onIteration: (_, value) => seen.push(value),
  });
  t.true(found.converged);
  t.true(x.every((value) => Math.abs(value - 1) < 1e-6));
  t.is(seen.length, found.iterations);
  t.deepEqual(
    seen,
    seen.toSorted((a, b) => b - a),
  );
});

test('needs no iteration at a minimum', async (t) => {
  const found = await lbfgs(valley, Float64Array.of(1, 1), { tolerance: 1e-9, iterations: 5 });
  t.deepEqual(found, { value: 0, gradient: 0, iterations: 0, converged: true });
});

test('a badly scaled quadratic is no obstacle', async (t) => {
  const scales = [1e-4, 1, 1e4];
  const x = Float64Array.of(1, 1, 1);
  const found = await lbfgs(
    async (x, gradient) => {
      for (const [at, scale] of scales.entries()) gradient[at] = scale * x[at]!;
      return x.reduce((sum, value, at) => sum + (scales[at]! * value * value) / 2, 0);
    },
    x,
    { tolerance: 1e-8, iterations: 200 },
  );
  t.true(found.converged);
});

test('ends where rounding leaves no descent, and says that it has not converged', async (t) => {
  // The gradient does not vanish at the minimum, and values near it are all the same.
  const x = Float64Array.of(3);
  const found = await lbfgs(
    async (x, gradient) => {
      gradient[0] = 2 * x[0]! + (x[0]! < 0 ? -1e-9 : 1e-9);
      return 1e9 + x[0]! * x[0]!;
    },
    x,
    { tolerance: 1e-30, iterations: 1000 },
  );
  t.false(found.converged);
  t.true(Math.abs(x[0]!) < 1e-3);
});
