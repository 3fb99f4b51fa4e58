import test from 'ava';
import { openEngine } from '../../../operators/engine/open-engine.ts';
import {
  tensorflowCandidate,
  type TensorflowCandidateOptions,
} from '../../../operators/engine/tensorflow-candidate.ts';
import { openTensorflowEngine } from '../../../operators/engine/tensorflow-engine.ts';
import type { Assessment } from '../../../operators/engine/interface/engine-candidate.ts';
import { loaderMessages } from '../../../operators/engine/tensorflow/loader-messages.ts';
import type { NvidiaDriver } from '../../../operators/engine/tensorflow/nvidia-driver.ts';
import type { FoundTensorflow } from '../../../operators/engine/tensorflow/probe-tensorflow.ts';
import {
  TensorflowFailure,
  type TensorflowFailureKind,
} from '../../../operators/engine/tensorflow/tensorflow-failure.ts';
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

const never = async (): Promise<never> => {
  throw new Error('was tried');
};

/** Assessment beside this driver, of what the probe finds. */
async function assessed(
  found: NvidiaDriver | undefined,
  probe: TensorflowCandidateOptions['probe'] = never,
  system = 'linux-x64',
): Promise<Assessment> {
  const findDriver = async (): Promise<NvidiaDriver | undefined> => found;
  return await tensorflowCandidate({ probe, findDriver, system }).assess({});
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

for (const [system, found, reason] of [
  ['darwin-arm64', undefined, /^There is no CUDA on macOS/u],
  ['linux-arm64', driver, /for linux-x64 only, and this is linux-arm64: use `onnx` on webgpu/u],
] as const) {
  test(`tensorflow is not even tried where it has no CUDA: ${system}`, async (t) => {
    t.regex(reasonOf(await assessed(found, never, system)), reason);
  });
}

const failing = (kind: TensorflowFailureKind, detail: string) => async (): Promise<never> => {
  throw new TensorflowFailure(kind, detail);
};
const printing = (output: string) => async (): Promise<FoundTensorflow> => ({
  version: '4.22.0',
  library: '2.21.0',
  usesGpu: false,
  loader: loaderMessages(output),
});

for (const [what, broken, probe, reason, found] of [
  [
    'absent',
    false,
    failing('absent', 'it is not there'),
    /Run .*`sincere setup .*--cuda`/u,
    driver,
  ],
  ['not set up', false, failing('addon', 'no addon'), /Run .*`sincere setup .*--cuda`/u, driver],
  [
    'set up for the processor',
    true,
    printing(loaderOutputs.forProcessor),
    /for the processor only\. Run `sincere setup tensorflow --cuda`\. Named, .*processor$/u,
    driver,
  ],
  [
    'without CUDA',
    true,
    printing(loaderOutputs.withoutCuda),
    /`libcudart\.so\.12`, .*`libcudnn\.so\.9` are missing\. Run `sincere setup tensorflow --cuda`/u,
    driver,
  ],
  [
    'without a library of the driver',
    true,
    printing(loaderOutputs.withoutNvml),
    /`libnvidia-ml\.so\.1` of the driver is missing .*compute,utility/u,
    driver,
  ],
  [
    'with a driver that is too old',
    true,
    printing(loaderOutputs.withoutDevices),
    /CUDA_ERROR_NO_DEVICE.*Driver 470\.1 is too old for CUDA 12: install 525/u,
    { ...driver, version: '470.1' },
  ],
  ['wrong', true, failing('numbers', 'off'), /off\. Use `engine: onnx`/u, driver],
] as const) {
  test(`tensorflow is not taken beside a card: ${what}`, async (t) => {
    const assessment = await assessed(found, probe);
    t.like(assessment, { usable: false, broken });
    t.regex(reasonOf(assessment), reason);
  });
}

test('a fault of ours is not taken for a TensorFlow that does not work', async (t) => {
  await t.throwsAsync(assessed(driver), { message: 'was tried' });
});

test('a fake of tensorflow is taken where it computes on a card', async (t) => {
  const from = await fakeTensorflow(t, { usesGpu: true });
  const candidate = tensorflowCandidate({
    from,
    findDriver: async () => driver,
    system: 'linux-x64',
  });
  const engine = await opened(t, openEngine('auto', { candidates: [candidate] }));
  t.is(engine.name, 'tensorflow');
  t.regex(engine.device, /^CUDA, TensorFlow /u);
  t.deepEqual(engine.rejected, []);
});

for (const [what, output, found, told] of [
  [
    'it was set up without CUDA',
    loaderOutputs.forProcessor,
    driver,
    /for the processor only\. Run /u,
  ],
  [
    'a library of CUDA is missing',
    loaderOutputs.withoutCudnn,
    driver,
    /`libcudnn\.so\.9` is miss/u,
  ],
  [
    'it was set up for CUDA',
    loaderOutputs.withoutDriver,
    undefined,
    /`libcuda\.so\.1` of the dri/u,
  ],
  ['nothing else was meant', loaderOutputs.forProcessor, undefined, /^$/u],
] as const) {
  test(`tensorflow by name tells what it computes on the processor for: ${what}`, async (t) => {
    const announced: string[] = [];
    await opened(
      t,
      openTensorflowEngine({
        found: await printing(output)(),
        findDriver: async () => found,
        announce: (text) => announced.push(text),
      }),
    );
    t.regex(announced.join('\n'), told);
    t.true(announced.length <= 1);
  });
}
