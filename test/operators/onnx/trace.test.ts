import test from 'ava';
import { Tensor } from 'onnxruntime-node';
import { trace } from '../../../operators/onnx/trace.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { runModel } from '../../helpers/traced-equals-cpu.ts';

const x = { name: 'x', shape: [2, 3], dtype: 'float32' } as const;

test('reading a value fails with an explanation', (t) => {
  const reads = (): unknown =>
    trace([x], ({ x }) => (tf.sum(x!).dataSync()[0]! > 0 ? { y: x! } : { y: tf.neg(x!) }));
  t.throws(reads, { message: /\[\].*was read while.*being recorded.*masks instead of branches/s });
});

test('known values can be read', (t) => {
  const known: number[] = [];
  trace([x], ({ x }) => {
    known.push(...tf.mul(tf.ones([2]), 3).dataSync(), ...tf.range(0, 2).dataSync());
    return { y: x! };
  });
  t.deepEqual(known, [3, 3, 0, 1]);
});

test('an operation without a lowering is named', (t) => {
  t.throws(() => trace([x], ({ x }) => ({ y: tf.erf(x!) })), { message: /Erf.*trace/ });
});

test('the backend of before is back afterwards, also after a failure', async (t) => {
  await tf.setBackend('cpu');
  trace([x], (tensors) => tensors);
  t.is(tf.getBackend(), 'cpu');
  t.throws(() =>
    trace([x], () => {
      throw new RangeError('no');
    }),
  );
  t.is(tf.getBackend(), 'cpu');
  t.deepEqual([...tf.add(1, 2).dataSync()], [3]);
});

test('frees the tensors of a trace', async (t) => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  trace([x], ({ x }) => ({ y: tf.exp(tf.mul(x!, 2)) }));
  t.is(tf.memory().numTensors, before);
});

test('tensors from outside become constants', async (t) => {
  await tf.setBackend('cpu');
  const outside = tf.tensor1d([1, 2, 3]);
  const model = trace([x], ({ x }) => ({ y: tf.add(x!, outside) }));
  const feeds = { x: new Tensor('float32', new Float32Array(6), [2, 3]) };
  const { y } = await runModel(model, feeds);
  t.deepEqual([...(y!.data as Float32Array)], [1, 2, 3, 1, 2, 3]);
});

test('a free first axis takes any number of rows', async (t) => {
  const model = trace([x], ({ x }) => ({ y: tf.div(x!, tf.sum(x!, 1, true)) }), {
    freeFirstAxis: 'batch',
  });
  for (const rows of [1, 5]) {
    const ones = new Tensor('float32', new Float32Array(rows * 3).fill(1), [rows, 3]);
    const { y } = await runModel(model, { x: ones });
    t.deepEqual([...y!.dims], [rows, 3]);
  }
});

test('ones in the shape of large activations are no constant of the model', (t) => {
  const rows = (1 << 22) + 1;
  const model = trace([{ name: 'x', shape: [rows], dtype: 'float32' }], ({ x }) => ({
    y: tf.mul(x!, tf.mul(tf.ones([rows]), 2)),
  }));
  t.true(model.byteLength < 1000);
});
