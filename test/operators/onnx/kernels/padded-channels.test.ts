import test from 'ava';
import { GraphBuilder } from '../../../../operators/onnx/graph/graph-builder.ts';
import { readableInputs } from '../../../../operators/onnx/kernels/padded-channels.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

test('inputs that devices misread get zeros behind them, others stay as they are', (t) => {
  const graph = new GraphBuilder({ kind: 'portable' });
  const padded = Array.from({ length: 36 }, (_, at) => at + 1).filter((inputs) => {
    const [image, filter] = readableInputs(graph, 'x', 'w', inputs);
    t.is(image === 'x', filter === 'w');
    return image !== 'x';
  });
  // Multiples of 3 above 3 that are no multiple of 4, of which 6, 9, 15, 18, 21, 30 and 33 were seen to be off.
  t.deepEqual(padded, [6, 9, 15, 18, 21, 27, 30, 33]);
  t.deepEqual(readableInputs(new GraphBuilder(), 'x', 'w', 6), ['x', 'w']);
});

for (const [inputs, outputs] of [
  [6, 4],
  [9, 6],
] as const) {
  test(`for devices, ${inputs} to ${outputs}: padded convolutions equal the cpu backend`, async (t) => {
    const shapes = {
      x: { shape: [2, 5, 4, inputs] },
      w: { shape: [3, 3, inputs, outputs] },
      dy: { shape: [2, 5, 4, outputs] },
    };
    const compute = ({ x, w, dy }: Readonly<Record<string, tf.Tensor>>) => {
      const convolve = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1);
      const [dx, dw] = tf.grads(convolve)([x!, w!], dy);
      return { value: convolve(x!, w!), dx: dx!, dw: dw! };
    };
    await tracedEqualsCpu(t, shapes, compute, { kind: 'portable' });
  });
}
