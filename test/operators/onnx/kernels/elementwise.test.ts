import test from 'ava';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { type CaseInput, tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary: Readonly<Record<string, Unary>> = {
  abs: tf.abs,
  exp: tf.exp,
  log: (x) => tf.log(tf.add(tf.abs(x), 0.1)),
  neg: tf.neg,
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.1)),
  relu: tf.relu,
  rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.1)),
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  sqrt: (x) => tf.sqrt(tf.abs(x)),
  square: tf.square,
  step: tf.step,
  tanh: tf.tanh,
};

for (const [name, op] of Object.entries(unary)) {
  test(`${name}: value and gradient equal the cpu backend`, async (t) => {
    await tracedEqualsCpu(t, { x: { shape: [3, 5] }, dy: { shape: [3, 5] } }, ({ x, dy }) => ({
      value: op(x!),
      gradient: name === 'step' ? op(x!) : tf.grad(op)(x!, dy),
    }));
  });
}

test('step is 0 at zero and 1 at the smallest normal number, also behind a ReLU', async (t) => {
  const x = { shape: [6], values: [0, -0, 1.2e-38, -1.2e-38, 3e38, -3e38] };
  await tracedEqualsCpu(t, { x }, ({ x }) => ({
    plain: tf.step(x!),
    other: tf.step(x!, -0.5),
    behind: tf.mul(tf.step(x!), tf.add(tf.relu(x!), 1)),
  }));
});

const binary: Readonly<Record<string, Binary>> = {
  add: tf.add,
  div: (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5)),
  mul: tf.mul,
  sub: tf.sub,
};

const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [
    [3, 1],
    [1, 4],
  ],
  [[], [2, 3]],
  [[2, 3, 4, 5], [5]],
  [
    [3, 1],
    [2, 1, 4],
  ],
];

for (const [name, op] of Object.entries(binary)) {
  test(`${name}: value and gradients equal the cpu backend under broadcasting`, async (t) => {
    for (const [one, other] of shapes) {
      await tracedEqualsCpu(t, { a: { shape: one }, b: { shape: other } }, ({ a, b }) => {
        const [da, db] = tf.grads(op)([a!, b!]);
        return { value: op(a!, b!), da: da!, db: db! };
      });
    }
  });
}

for (const [name, op] of Object.entries({ maximum: tf.maximum, minimum: tf.minimum })) {
  test(`${name}: value and gradients equal the cpu backend`, async (t) => {
    const inputs = { a: { shape: [3, 4] }, b: { shape: [3, 4] }, row: { shape: [4] } };
    await tracedEqualsCpu(t, inputs, ({ a, b, row }) => {
      const [da, db] = tf.grads(op)([a!, b!]);
      return { value: op(a!, b!), broadcast: op(a!, row!), da: da!, db: db! };
    });
  });
}

test('pow equals the cpu backend', async (t) => {
  await tracedEqualsCpu(t, { a: { shape: [3, 4] }, b: { shape: [4] } }, ({ a, b }) => ({
    value: tf.pow(tf.add(tf.abs(a!), 0.5), b!),
  }));
});

test('operands stored in different orders are combined by axis', async (t) => {
  const a: CaseInput = { shape: [2, 3, 4, 5], order: [0, 3, 1, 2] };
  const others: readonly CaseInput[] = [
    { shape: [2, 3, 4, 5] },
    { shape: [5] },
    { shape: [4, 1] },
    { shape: [2, 1, 1, 5], order: [3, 2, 1, 0] },
  ];
  for (const b of others) {
    await tracedEqualsCpu(t, { a, b }, ({ a, b }) => ({
      forth: tf.sub(a!, b!),
      back: tf.sub(b!, a!),
    }));
  }
});

const comparisons: Readonly<Record<string, Binary>> = {
  equal: tf.equal,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
};

for (const [name, op] of Object.entries(comparisons)) {
  test(`${name} equals the cpu backend`, async (t) => {
    const inputs = {
      a: { shape: [4, 1], dtype: 'int32' },
      b: { shape: [7], dtype: 'int32' },
    } as const;
    await tracedEqualsCpu(t, inputs, ({ a, b }) => ({ value: op(a!, b!) }));
  });
}

test('logical operations and casts equal the cpu backend', async (t) => {
  const inputs = { a: { shape: [9], dtype: 'bool' }, b: { shape: [9], dtype: 'bool' } } as const;
  await tracedEqualsCpu(t, inputs, ({ a, b }) => ({
    and: tf.logicalAnd(a!, b!),
    or: tf.logicalOr(a!, b!),
    not: tf.logicalNot(a!),
    float: tf.cast(a!, 'float32'),
    int: tf.cast(tf.mul(tf.cast(a!, 'float32'), -2.7), 'int32'),
  }));
});

test('addN adds all of its operands', async (t) => {
  const inputs = { a: { shape: [3] }, b: { shape: [3] }, c: { shape: [3] } };
  await tracedEqualsCpu(t, inputs, ({ a, b, c }) => ({ sum: tf.addN([a!, b!, c!]) }));
});

test('computes what is uniform while tracing, and leaves out neutral operands', (t) => {
  const model = trace([{ name: 'x', shape: [2, 3], dtype: 'float32' }], ({ x }) => {
    const one = tf.exp(tf.zeros([2, 3]));
    const none = tf.sub(tf.mul(one, 4), tf.scalar(4));
    return { y: tf.div(tf.sub(tf.add(tf.mul(x!, one), none), 0), one) };
  });
  const text = Buffer.from(model).toString('latin1');
  for (const op of ['Mul', 'Add', 'Sub', 'Div', 'Exp']) t.false(text.includes(op), op);
});
