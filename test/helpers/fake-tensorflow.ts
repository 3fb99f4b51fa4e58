import type { ExecutionContext } from 'ava';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** How a fake of `@tensorflow/tfjs-node-gpu` behaves. */
export interface FakeTensorflowOptions {
  /** Whether it says that it computes on a graphics card. @default false */
  readonly usesGpu?: boolean | undefined;
  /** Statements that run before anything else. @default none */
  readonly first?: string | undefined;
  /** Statements that run when its kernels are registered, with `tf` in scope. @default none */
  readonly last?: string | undefined;
}

const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs');

/**
 * A package in a folder of its own that stands for `@tensorflow/tfjs-node-gpu`: the kernels of the plain JavaScript
 * backend under the name `tensorflow`, with what is missing there missing here too (paddings in pixels).
 *
 * @returns Its folder, removed when the test has ended.
 */
export async function fakeTensorflow(
  t: ExecutionContext,
  options: FakeTensorflowOptions = {},
): Promise<string> {
  const folder = await temporaryFolder(t);
  await fs.writeFile(path.join(folder, 'index.js'), sourceOf(options));
  return folder;
}

function sourceOf({ usesGpu = false, first = '', last = '' }: FakeTensorflowOptions): string {
  return `${first}
const tf = require(${JSON.stringify(tfjs)});
tf.registerBackend('tensorflow', () => {
  const backend = tf.findBackendFactory('cpu')();
  backend.isUsingGpuDevice = ${usesGpu};
  backend.binding = { TF_Version: '2.9.1' };
  return backend;
}, 3);
const valid = new Set(['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'MaxPool', 'MaxPoolGrad']);
for (const kernel of tf.getKernelsForBackend('cpu')) {
  const kernelFunc = (args) => {
    if (valid.has(kernel.kernelName) && typeof args.attrs.pad !== 'string') {
      throw new Error("TF Backend supports only 'valid' and 'same' padding");
    }
    return kernel.kernelFunc(args);
  };
  tf.registerKernel({ ...kernel, backendName: 'tensorflow', kernelFunc });
}
${last}
tf.setBackend('tensorflow');
module.exports = { ...tf, version: { 'tfjs-node': '4.22.0' } };
`;
}
