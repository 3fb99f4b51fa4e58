import test from 'ava';
import fs from 'node:fs/promises';
import { Tensor } from 'onnxruntime-node';
import { exportEncoder } from '../../../operators/engine/onnx-engine.ts';
import { livelyWeights } from '../../helpers/networks.ts';
import { fixture } from '../../helpers/project.ts';
import { near } from '../../helpers/tensors.ts';
import { runModel } from '../../helpers/traced-equals-cpu.ts';

const spec = { architecture: 'resnet8', head: 'mlp', projectionSize: 6 } as const;
const imageSize = 8;

test('ONNX Runtime and OpenCV make the same of an exported encoder', async (t) => {
  // By `encoder_by_opencv.py`, which checks the model with ONNX's checker too, of the same weights.
  const recorded = fixture('encoder-by-opencv.json');
  const expected = JSON.parse(await fs.readFile(recorded, 'utf8')) as Record<string, number[]>;
  const model = await exportEncoder(spec, livelyWeights(spec, 2), imageSize);
  const image = Float32Array.from({ length: 3 * imageSize ** 2 }, (_, i) => Math.sin(i / 7));
  const images = new Tensor('float32', image, [1, 3, imageSize, imageSize]);
  const outputs = await runModel(model, { images });
  for (const name of ['embedding', 'projection']) {
    near(t, outputs[name]!.data as Float32Array, expected[name]!, 1e-5, name);
  }
});
