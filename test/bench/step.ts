/**
 * Training steps of the `onnx` engine beside PyTorch's, forward, SINCERE, backward and SGD:
 * `npx tsx test/bench/step.ts [--cases resnet8x256,resnet20x512] [--variants default,channels_last] [--size 32]
 * [--rounds 3] [--seconds 8] [--threads N] [--keep-freed] [--python python3] [--only ours] [--json]`.
 *
 * A case is an encoder and a number of views. Both sides start from the same weights and see the same pixels, two views
 * of each image in ten classes, and must agree in the loss of the first step. They take turns, each in a process of its
 * own; the first turn warms up. PyTorch runs eagerly in float32, in its default layout and in `channels_last`. With
 * `--keep-freed` its C library does not hand freed memory back to the system. Memory is the peak of the whole process.
 */
import { parseArgs } from 'node:util';
import {
  measuredNetwork,
  networkOptions,
  networkText,
  sharedOptions,
  stepCase,
} from './network-sides.ts';

const { values } = parseArgs({
  options: {
    ...sharedOptions,
    cases: { type: 'string', default: 'resnet8x256,resnet8x512,resnet20x512,resnet18x64' },
    variants: { type: 'string', default: 'default,channels_last' },
    seconds: { type: 'string', default: '8' },
  },
});
const options = await networkOptions(values);

for (const one of values.cases.split(',')) {
  const network = { what: 'step', ...stepCase(one), imageSize: Number(values.size) } as const;
  const sides = await measuredNetwork(network, options);
  const wrong = sides.find(({ difference }) => !(difference < 1e-3));
  if (wrong !== undefined) throw new Error(`The first loss of ${wrong.name} is another one`);
  console.log(values.json ? JSON.stringify({ ...network, sides }) : networkText(network, sides));
}
