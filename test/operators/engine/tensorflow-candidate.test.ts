import test from 'ava';
import { openEngine } from '../../../operators/engine/open-engine.ts';
import { tensorflowCandidate } from '../../../operators/engine/tensorflow-candidate.ts';
import type { Assessment } from '../../../operators/engine/interface/engine-candidate.ts';
import type { NvidiaDriver } from '../../../operators/engine/tensorflow/nvidia-driver.ts';
import { fakeTensorflow } from '../../helpers/fake-tensorflow.ts';
import { whereTensorflowIs } from '../../helpers/native-tensorflow.ts';
import { opened } from '../../helpers/opened.ts';
import { loaderOutputs } from '../../helpers/loader-output.ts';

const driver: NvidiaDriver = {
  version: '550.54.14',
  hasDevices: true,
  cards: [{ name: 'The Card', capability: '8.6', memory: 8192 }],
  complaint: null,
};

await whereTensorflowIs(({ library, loader, usesGpu }) => {
  test('the real library says what it was set up for', (t) => {
    t.regex(library, /^\d+\.\d+\.\d+/u);
    t.log(loader.builtForCuda ? 'for CUDA' : 'for the processor');
    t.true(loader.builtForCuda || !usesGpu);
  });
});

/** Assessment beside this driver, of a package that nothing may be started of unless it is given. */
async function assessed(
  found: NvidiaDriver | undefined,
  from = '/not/to/be/started',
  platform = 'linux',
): Promise<Assessment> {
  return await tensorflowCandidate({ from, findDriver: async () => found }, platform).assess({});
}

function reasonOf(assessment: Assessment): string {
  return assessment.usable ? '' : assessment.reason;
}

for (const [what, found, reason] of [
  ['no NVIDIA driver', undefined, /^No NVIDIA driver is loaded\..*525\.60\.13.*webgpu/u],
  [
    'a container without the devices of the driver',
    { ...driver, hasDevices: false },
    /^The NVIDIA driver 550\.54\.14 runs, but none of its devices is visible\..*--gpus all/u,
  ],
  [
    'cards that are all too old',
    { ...driver, cards: [{ ...driver.cards[0]!, capability: '5.2' }] },
    /^TensorFlow needs compute capability 6\.0 or higher, and The Card has 5\.2/u,
  ],
] as const) {
  test(`tensorflow is not even tried: ${what}`, async (t) => {
    const assessment = await assessed(found);
    t.like(assessment, { usable: false, broken: false });
    t.regex(reasonOf(assessment), reason);
  });
}

test('tensorflow is not even tried on macOS, which has no CUDA', async (t) => {
  t.regex(reasonOf(await assessed(undefined, '/not/to/be/started', 'darwin')), /no CUDA on macOS/u);
});

const addonMissing =
  "throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x');";
const printing = (output: string): string => `process.stderr.write(${JSON.stringify(output)});`;

for (const [what, broken, first, reason, found] of [
  ['not set up', false, addonMissing, /`sincere setup tensorflow --cuda`/u, driver],
  [
    'set up for the processor',
    true,
    printing(loaderOutputs.forProcessor),
    /for the processor only\. Run `sincere setup tensorflow --cuda`\. Named, .*processor$/u,
    driver,
  ],
  [
    'without CUDA, as which it ends',
    true,
    `${printing(loaderOutputs.withoutCuda)} process.abort();`,
    /`libcudart\.so\.12`, .*`libcudnn\.so\.9` are missing\. Run `sincere setup tensorflow --cuda`/u,
    driver,
  ],
  [
    'without cuDNN',
    true,
    printing(loaderOutputs.withoutCudnn),
    /`libcudnn\.so\.9` is missing\. Run `sincere setup tensorflow --cuda`/u,
    driver,
  ],
  [
    'with a driver that is too old',
    true,
    printing(loaderOutputs.withoutDevices),
    /CUDA_ERROR_NO_DEVICE.*Driver 470\.1 is too old for CUDA 12: install 525/u,
    { ...driver, version: '470.1' },
  ],
  ['broken', true, "throw new Error('on fire');", /on fire.*use `engine: onnx`/u, driver],
] as const) {
  test(`a fake of tensorflow is not taken beside a card: ${what}`, async (t) => {
    const assessment = await assessed(found, await fakeTensorflow(t, { first }));
    t.like(assessment, { usable: false, broken });
    t.regex(reasonOf(assessment), reason);
  });
}

test('a package that is not there is no fault, and its reason is how to get it', async (t) => {
  const assessment = await assessed(driver);
  t.like(assessment, { usable: false, broken: false });
  t.regex(reasonOf(assessment), /not installed\. Run .*`sincere setup tensorflow --cuda`/u);
});

test('a fake of tensorflow is taken where it computes on a card', async (t) => {
  const from = await fakeTensorflow(t, { usesGpu: true });
  const candidate = tensorflowCandidate({ from, findDriver: async () => driver }, 'linux');
  const engine = await opened(t, openEngine('auto', { candidates: [candidate] }));
  t.is(engine.name, 'tensorflow');
  t.regex(engine.device, /^CUDA, TensorFlow /u);
  t.deepEqual(engine.rejected, []);
});
