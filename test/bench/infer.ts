/**
 * Encoding with fixed weights on the `onnx` engine beside PyTorch:
 * `npx tsx test/bench/infer.ts [--engine onnx,tensorflow] [--encoder resnet18] [--images 256] [--size 32]
 * [--variants default,channels_last,frozen] [--rounds 3] [--seconds 6] [--threads N] [--keep-freed] [--python python3]
 * [--only ours] [--json]`.
 *
 * Both sides have the same weights and images, and must agree in the vectors. They take turns, each in a process of its
 * own; the first turn warms up. `default` and `channels_last` are `eval()` in `inference_mode`; `frozen` is
 * `torch.jit.freeze` and `optimize_for_inference`. With `--keep-freed` the C library of the peer does not hand freed
 * memory back to the system. Memory is the peak of the whole process.
 */
import { parseArgs } from 'node:util';
import { measuredNetwork, networkOptions, networkText, sharedOptions } from './network-sides.ts';

const { values } = parseArgs({
  options: {
    ...sharedOptions,
    encoder: { type: 'string', default: 'resnet18' },
    images: { type: 'string', default: '256' },
    variants: { type: 'string', default: 'default,channels_last,frozen' },
    seconds: { type: 'string', default: '6' },
  },
});
const network = {
  what: 'infer',
  encoder: values.encoder,
  rows: Number(values.images),
  imageSize: Number(values.size),
} as const;
const sides = await measuredNetwork(network, await networkOptions(values));
const wrong = sides.find((side) => !('failed' in side) && !(side.difference < 1e-4));
if (wrong !== undefined) throw new Error(`The vectors of ${wrong.name} are other ones`);
console.log(values.json ? JSON.stringify({ ...network, sides }) : networkText(network, sides));
