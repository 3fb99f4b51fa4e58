import test from 'ava';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { NvidiaDriver } from '../../../../operators/engine/tensorflow/nvidia-driver.ts';
import { probeTensorflow } from '../../../../operators/engine/tensorflow/probe-tensorflow.ts';
import {
  TensorflowFailure,
  type TensorflowFailureKind,
} from '../../../../operators/engine/tensorflow/tensorflow-failure.ts';
import { fakeTensorflow, type FakeTensorflowOptions } from '../../../helpers/fake-tensorflow.ts';
import { loaderOutputs } from '../../../helpers/loader-output.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** How Node reports an addon that it cannot load. */
function dlopenError(message: string): string {
  return `throw Object.assign(new Error(${JSON.stringify(message)}), { code: 'ERR_DLOPEN_FAILED' });`;
}

const wrongConvolution = `
const conv = tf.getKernel('Conv2D', 'tensorflow');
tf.unregisterKernel('Conv2D', 'tensorflow');
tf.registerKernel({ ...conv, kernelFunc: (args) => {
  const y = conv.kernelFunc(args);
  args.backend.data.get(y.dataId).values.fill(7);
  return y;
} });`;

const failures: readonly (readonly [
  what: string,
  kind: TensorflowFailureKind,
  message: RegExp,
  fake: FakeTensorflowOptions,
  seconds?: number,
])[] = [
  [
    'an addon that was never built',
    'addon',
    /native addon is not there.*sincere setup tensorflow/u,
    // As tfjs-node-gpu 4.22.0 says it.
    {
      first:
        "throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x');",
    },
  ],
  [
    'a library that is missing',
    'libraries',
    /libtensorflow\.so\.2: cannot open shared object file.*sincere setup tensorflow/u,
    {
      first: dlopenError(
        'libtensorflow.so.2: cannot open shared object file: No such file or directory',
      ),
    },
  ],
  [
    'an addon for another Node',
    'abi',
    /built for another Node than v\d+.*sincere setup tensorflow/u,
    {
      first: dlopenError(
        "The module 'tfjs_binding.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 93.",
      ),
    },
  ],
  [
    'another fault while it is loaded',
    'broken',
    /did not load: disk on fire/u,
    { first: "throw new Error('disk on fire');" },
  ],
  [
    'a backend that does not start',
    'broken',
    /backend did not start/u,
    { last: "tf.removeBackend('tensorflow');" },
  ],
  [
    'a TensorFlow.js of its own',
    'copies',
    /`@tensorflow\/tfjs` of its own.*npm dedupe/u,
    { last: 'module.exports = { Tensor: class {}, version: {} }; return;' },
  ],
  [
    'an operator that fails',
    'broken',
    /a convolution failed: no kernel image/u,
    {
      last: `tf.unregisterKernel('Conv2D', 'tensorflow');
tf.registerKernel({ kernelName: 'Conv2D', backendName: 'tensorflow', kernelFunc: () => {
  throw new Error('no kernel image is available');
} });`,
    },
  ],
  [
    'numbers that are wrong',
    'numbers',
    /`y` of a convolution is off by `\d.*report the graphics card/u,
    { last: wrongConvolution },
  ],
  [
    'a crash while it is loaded',
    'crashed',
    /trial ended with `SIGSEGV`/u,
    { first: "process.kill(process.pid, 'SIGSEGV'); for (;;);" },
  ],
  [
    'an exit while it is loaded',
    'crashed',
    /trial ended with code `3`: no device, giving up/u,
    { first: "process.stderr.write('no device, giving up\\n'); process.exit(3);" },
  ],
  ['no answer', 'late', /not answer within `1` s/u, { first: 'for (;;);' }, 1],
];

for (const [what, kind, message, fake, seconds] of failures) {
  test(`of a fake that fails, tells what is wrong: ${what}`, async (t) => {
    const from = await fakeTensorflow(t, fake);
    const error = await t.throwsAsync(probeTensorflow({ from, seconds }), {
      instanceOf: TensorflowFailure,
      code: 'ERR_ENGINE',
      message,
    });
    t.is(error.kind, kind);
  });
}

test('a package that is not there starts nothing', async (t) => {
  const from = path.join(await temporaryFolder(t), 'absent');
  const error = await t.throwsAsync(probeTensorflow({ from }), {
    instanceOf: TensorflowFailure,
    message: /is not installed\. Run `sincere setup tensorflow`/u,
  });
  t.is(error.kind, 'absent');
});

test('on the card of a fake, finds what it computes on and what it misses for more', async (t) => {
  const first = `
if (process.env.TF_CPP_VMODULE !== 'dso_loader=1') throw new Error('its loader would not tell');
process.stderr.write(${JSON.stringify(loaderOutputs.withoutCudnn)});`;
  t.like(await probeTensorflow({ from: await fakeTensorflow(t, { first, usesGpu: true }) }), {
    version: '4.22.0',
    usesGpu: true,
    loader: { builtForCuda: true, lacksCuda: true, complaints: ['`libcudnn.so.9` is missing'] },
  });
});

test('a first use that compiles is announced before the trial, and nothing else is', async (t) => {
  const card = { name: 'The Card', capability: '12.0', memory: null };
  const findDriver = async (): Promise<NvidiaDriver> => ({
    version: '580.65.06',
    hasDevices: true,
    cards: [card],
    complaint: null,
  });
  const announced: string[] = [];
  const announce = (text: string): void => void announced.push(text);
  const from = await fakeTensorflow(t, { first: "throw new Error('enough');" });
  process.env['CUDA_CACHE_PATH'] = path.join(from, 'cache');
  await t.throwsAsync(probeTensorflow({ from, announce, findDriver }), { message: /enough/u });
  t.deepEqual(announced, []);
  // The entry of the real package lies in its folder `dist`, beside `deps`.
  await fs.mkdir(path.join(from, 'dist'));
  await fs.mkdir(path.join(from, 'deps', 'nvidia'), { recursive: true });
  const entry = path.join(from, 'dist', 'index.js');
  await fs.copyFile(path.join(from, 'index.js'), entry);
  await t.throwsAsync(probeTensorflow({ from: entry, announce, findDriver }), {
    message: /enough/u,
  });
  t.regex(announced.join('\n'), /^TensorFlow has no machine code for The Card [^\n]+$/u);
});

test('on the card of a fake, its memory is not taken whole', async (t) => {
  const first =
    "if (process.env.TF_FORCE_GPU_ALLOW_GROWTH !== 'true') throw new Error('would take all memory');";
  const from = await fakeTensorflow(t, { first, usesGpu: true });
  t.true((await probeTensorflow({ from })).usesGpu);
});

test('refuses a time that is none', async (t) => {
  await t.throwsAsync(probeTensorflow({ seconds: 0 }), { instanceOf: RangeError });
});
