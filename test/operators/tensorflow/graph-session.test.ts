import test from 'ava';
import { GraphBuilder } from '../../../operators/onnx/graph/graph-builder.ts';
import { tensorflowTarget } from '../../../operators/onnx/graph/lowering-target.ts';
import type { OnnxModel } from '../../../operators/onnx/graph/onnx-model.ts';
import { traceModel } from '../../../operators/onnx/trace.ts';
import { translated } from '../../../operators/tensorflow/graph-def.ts';
import { openGraphSession } from '../../../operators/tensorflow/graph-session.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { nativeTensorflow } from '../../helpers/tensorflow-graphs.ts';

const target = tensorflowTarget;
const ofTwo = (name: string) => ({ name, shape: [2], dtype: 'float32' }) as const;

/** `y = 2 · x`, and `x + delta` as the next `x`. */
const step = traceModel(
  [ofTwo('x'), ofTwo('delta')],
  ({ x, delta }) => ({ y: tf.mul(x!, 2), 'next.x': tf.add(x!, delta!) }),
  { target },
);

function copied(from: string): OnnxModel {
  const port = { name: from, type: 'float32', dims: [2] } as const;
  return { nodes: [], constants: [], inputs: [port], outputs: [port], metadata: {} };
}

test('an operator that TensorFlow does not have is refused by name', (t) => {
  const graph = new GraphBuilder(target);
  graph.input({ name: 'x', type: 'float32', dims: [2] });
  const value = graph.node('HardSwish', ['x']);
  const model = graph.finish([{ name: 'y', type: 'float32', dims: [2], value }]);
  t.throws(() => translated(model, 'case/', new Map([['x', 'case/x']])), {
    instanceOf: TypeError,
    message: 'Expected an operator that TensorFlow has, got `HardSwish`',
  });
});

if (typeof nativeTensorflow === 'string') {
  const reason = nativeTensorflow;
  test('graphs are not run here', (t) => {
    t.log(reason);
    t.pass();
  });
} else {
  const binding = nativeTensorflow;
  const opened = () =>
    openGraphSession(binding, {
      variables: new Map([
        ['x', [2]],
        ['next.x', [2]],
      ]),
      programs: [
        { name: 'step', model: step, assigned: new Map([['next.x', 'next.x']]) },
        { name: 'commit', model: copied('next.x'), assigned: new Map([['next.x', 'x']]) },
      ],
    });
  const delta = { delta: { values: Float32Array.of(0.5, -1), shape: [2] } };

  test('a program reads variables and writes others; nothing changes before it is committed', (t) => {
    const session = opened();
    session.assign(new Map([['x', Float32Array.of(1, 2)]]));
    t.deepEqual(session.run('step', delta), { y: Float32Array.of(2, 4) });
    t.deepEqual(session.values(['x']).get('x'), Float32Array.of(1, 2));
    session.run('commit', {});
    t.deepEqual(session.values(['x']).get('x'), Float32Array.of(1.5, 1));
    // Both names stand for one buffer now, and the next step must not write over it.
    session.run('step', delta);
    t.deepEqual(
      [...session.values(['x', 'next.x']).values()],
      [Float32Array.of(1.5, 1), Float32Array.of(2, 0)],
    );
    session.clear(['x', 'next.x']);
    t.deepEqual(session.run('step', delta), { y: Float32Array.of(0, 0) });
    session.release();
  });

  test('a variable has memory of its own, wherever the numbers lay that it was set from', (t) => {
    const session = opened();
    // TensorFlow copies only what does not lie at a multiple of 64 bytes, so one place alone shows nothing.
    const memory = new Float32Array(34);
    for (let at = 0; at < 32; at += 2) {
      const given = memory.subarray(at, at + 2).fill(at);
      session.assign(new Map([['x', given]]));
      given.fill(-1);
      t.deepEqual(session.values(['x']).get('x'), Float32Array.of(at, at));
    }
    session.release();
  });

  test.serial(
    'a temporary folder that cannot be written is told by its name, with the way out',
    (t) => {
      const { TMPDIR } = process.env;
      process.env['TMPDIR'] = import.meta.filename;
      t.teardown(() => {
        if (TMPDIR === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = TMPDIR;
      });
      const error = t.throws(opened, { code: 'ERR_WRITE', message: /ENOTDIR.*set `TMPDIR` to/u });
      t.true(error?.message.includes(`\`${import.meta.filename}\``));
    },
  );

  test('sessions of the same program share no variable', (t) => {
    const [one, other] = [opened(), opened()];
    one.assign(new Map([['x', Float32Array.of(1, 1)]]));
    other.assign(new Map([['x', Float32Array.of(2, 2)]]));
    t.deepEqual(one.values(['x']).get('x'), Float32Array.of(1, 1));
    other.release();
    t.deepEqual(one.values(['x']).get('x'), Float32Array.of(1, 1));
    one.release();
  });

  test('numbers are copied in and out, every bit of them', (t) => {
    const session = opened();
    const given = Float32Array.of(NaN, -0);
    session.assign(new Map([['x', given]]));
    given.fill(7);
    const got = session.values(['x']).get('x')!;
    t.deepEqual(got, Float32Array.of(NaN, -0));
    got.fill(7);
    t.deepEqual(session.values(['x']).get('x'), Float32Array.of(NaN, -0));
    const shared = new Float32Array(new SharedArrayBuffer(8));
    session.assign(new Map([['x', shared]]));
    t.deepEqual(session.values(['x']).get('x'), Float32Array.of(0, 0));
    session.release();
  });

  test('a variable without a value, and inputs of another size, are errors of the library', (t) => {
    const session = opened();
    t.throws(() => session.values(['x']), { message: /Session fail to run.*x/u });
    session.assign(new Map([['x', Float32Array.of(1, 2)]]));
    const longer = { delta: { values: new Float32Array(3), shape: [3] } };
    t.throws(() => session.run('step', longer), { message: /Session fail to run/u });
    t.deepEqual(session.run('step', delta), { y: Float32Array.of(2, 4) });
    session.release();
  });
}
