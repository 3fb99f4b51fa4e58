/**
 * Training steps of our engines beside PyTorch's, forward, SINCERE, backward and SGD:
 * `npx tsx test/bench/step.ts [--engine onnx,tensorflow,tensorflow-eager] [--cases resnet8x512,resnet18:imagenetx32@224]
 * [--size 32] [--variants default,channels_last+kept] [--minutes 12] [--rounds 3] [--seconds 3] [--threads N] [--keep-freed]
 * [--python python3] [--only ours] [--json]`.
 *
 * `tensorflow` runs a step as one graph, `tensorflow-eager` operator by operator. A case is an encoder, a number of views,
 * and their size if it is another one than `--size`. All sides start from the same weights and see the same pixels, two
 * views of each image in ten classes, and must agree in the loss of the first step. They take turns, each in a process of
 * its own; the first turn warms up. PyTorch runs in float32, eagerly in its default layout and in `channels_last`, and
 * `compiled` (`torch.compile` in `channels_last`, which takes a C++ compiler and minutes); with `+kept`, or `--keep-freed`
 * for all, its C library does not hand freed memory back to the system. Memory is the peak of the whole process. Beside
 * each stands the rate of its layers' products, and its share of a large product of matrices in the same runtime. No
 * round but the first of a case begins when its share of the minutes is over.
 */
import { parseArgs } from 'node:util';
import {
  machineText,
  measuredNetwork,
  networkOptions,
  networkText,
  sharedOptions,
  stepCase,
} from './network-sides.ts';

const { values } = parseArgs({
  options: {
    ...sharedOptions,
    cases: {
      type: 'string',
      default:
        'resnet8x512,resnet18x64,resnet18x256,resnet18:imagenetx32@224,resnet50:imagenetx16@224',
    },
    variants: {
      type: 'string',
      default: 'default,channels_last,default+kept,channels_last+kept,compiled+kept',
    },
    seconds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '12' },
  },
});
const options = await networkOptions(values);
if (!values.json) console.log(machineText(options.threads));

const cases = values.cases.split(',');
const end = performance.now() + 60_000 * Number(values.minutes);
for (const [at, one] of cases.entries()) {
  const network = { what: 'step', ...stepCase(one, Number(values.size)) } as const;
  const now = performance.now();
  const until = now + (end - now) / (cases.length - at);
  const sides = await measuredNetwork(network, { ...options, until });
  const wrong = sides.find((side) => !('failed' in side) && !(side.difference < 1e-3));
  if (wrong !== undefined) throw new Error(`The first loss of ${wrong.name} is another one`);
  console.log(values.json ? JSON.stringify({ ...network, sides }) : networkText(network, sides));
}
