import test from 'ava';
import { openCpuEngine } from '../../../operators/engine/cpu-engine.ts';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { lossSessionContract } from '../../contract/loss-session-contract.ts';
import { near } from '../../helpers/tensors.ts';
import { unitRows } from '../../helpers/unit-rows.ts';
import { opened } from '../../helpers/opened.ts';

lossSessionContract('cpu', openCpuEngine);
lossSessionContract('onnx', () => openOnnxEngine({ threads: 2 }));

test('onnx: sums over thousands of rows keep the digits of float64', async (t) => {
  const [count, size, classCount] = [3000, 8, 10];
  const z = unitRows(count, size, 'digits');
  const classes = Int32Array.from({ length: count }, (_, i) => i % classCount);
  const engine = await opened(t, openOnnxEngine({ threads: 2 }));
  const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
  const { value, readouts } = await session.run(
    { z, size, labels: classes },
    { gradient: false, readouts: true },
  );
  await engine.close();
  const expected = sincereOfMany(z, size, classes, 0.1);
  near(t, [value], [expected], 2e-8);
  // Every anchor has the same number of negatives.
  const negatives = count - count / classCount;
  near(t, [readouts!.informationBound], [Math.log(negatives) - expected], 5e-7);
});

/** SINCERE in plain loops over typed arrays: sets that `lossReference` would take minutes for. */
function sincereOfMany(
  z: Float32Array,
  size: number,
  classes: Int32Array,
  temperature: number,
): number {
  const count = classes.length;
  const similarities = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    let negatives = 0;
    for (let j = 0; j < count; j += 1) {
      let product = 0;
      for (let d = 0; d < size; d += 1) product += z[i * size + d]! * z[j * size + d]!;
      similarities[j] = product / temperature;
      if (classes[j] !== classes[i]) negatives += Math.exp(similarities[j]!);
    }
    let sum = 0;
    let positives = 0;
    for (let j = 0; j < count; j += 1) {
      if (j === i || classes[j] !== classes[i]) continue;
      sum += Math.log1p(negatives * Math.exp(-similarities[j]!));
      positives += 1;
    }
    total += sum / positives;
  }
  return total / count;
}
