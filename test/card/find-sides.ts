import { messageOf } from '../../operators/errors.ts';
import { type FoundDevice, findDevice } from '../../operators/engine/onnx/find-device.ts';
import { processorWords } from '../../operators/engine/onnx-engine.ts';
import { deviceOf as tensorflowWords } from '../../operators/engine/tensorflow-engine.ts';
import { probeTensorflow } from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import { useSoftwareAdapter } from '../helpers/software-adapter.ts';
import type { Side } from './side.ts';
import { vulkanManifests } from './vulkan-drivers.ts';

/** What may be checked. */
export interface Wanted {
  readonly threads: number;
  /** Take a software adapter for WebGPU. */
  readonly software: boolean;
  /** Take the processor. */
  readonly processor: boolean;
  /** Longest trial of a device, in seconds. */
  readonly seconds: number;
  /** For manifests of drivers. */
  readonly folder: string;
}

/** What a machine has, and what it has not, with the reason. */
export interface FoundSides {
  readonly sides: readonly Side[];
  /** Each candidate with what was found of it. */
  readonly said: readonly { readonly name: string; readonly words: string }[];
}

/** Tries every engine and device, side by side, each in a process of its own. */
export async function findSides(wanted: Wanted): Promise<FoundSides> {
  const found = await Promise.all([
    candidate('tensorflow', () => tensorflowSide(wanted)),
    candidate('onnx on webgpu', () => webgpuSide(wanted)),
    candidate('onnx on cuda', () => cudaSide(wanted)),
    candidate('onnx on the processor', () => processorSide(wanted)),
  ]);
  return {
    sides: found.flatMap(({ sides = [] }) => sides),
    said: found.map(({ name, words }) => ({ name, words })),
  };
}

interface Candidate {
  readonly name: string;
  readonly sides?: readonly Side[];
  readonly words: string;
}

async function candidate(
  name: string,
  find: () => Promise<Omit<Candidate, 'name'>>,
): Promise<Candidate> {
  try {
    return { name, ...(await find()) };
  } catch (error) {
    // Why it cannot be used, with the way out; whatever it is, the others are checked.
    return { name, words: messageOf(error) };
  }
}

async function tensorflowSide({ threads, processor, seconds }: Wanted) {
  const found = await probeTensorflow({ seconds });
  const words = tensorflowWords(found);
  if (!found.usesGpu && !processor) {
    return { words: `${words}: it finds no graphics card; \`doctor\` says why` };
  }
  const place = found.usesGpu ? 'on CUDA' : 'on the processor';
  const sides = (['graph', 'eager'] as const).map((mode): Side => {
    const name = `tensorflow ${mode} ${place}`;
    return { name, words, threads, env: {}, engine: 'tensorflow', mode, found };
  });
  return { sides, words };
}

async function cudaSide({ threads, seconds }: Wanted) {
  const found = await findDevice('cuda', { threads, checkSeconds: seconds });
  return deviceSide('onnx on cuda', found, threads, {});
}

async function webgpuSide(wanted: Wanted) {
  const { threads, software, seconds, folder } = wanted;
  const name = software ? 'onnx on webgpu (software)' : 'onnx on webgpu';
  if (software) {
    const without = useSoftwareAdapter();
    if (without !== undefined) return { words: without };
  }
  const options = { threads, software, checkSeconds: seconds };
  const failures: string[] = [];
  // The driver that the loader finds by itself, then those that it has to be told of.
  for (const manifest of [undefined, ...(software ? [] : await vulkanManifests(folder))]) {
    const env = manifest === undefined ? {} : { VK_DRIVER_FILES: manifest };
    // Read by the trial's process, which inherits them.
    Object.assign(process.env, env);
    try {
      return deviceSide(name, await findDevice('webgpu', options), threads, env);
    } catch (error) {
      failures.push(`${manifest === undefined ? '' : `${manifest}: `}${messageOf(error)}`);
    }
  }
  return { words: failures.join('; ') };
}

function deviceSide(
  name: string,
  found: FoundDevice,
  threads: number,
  env: Readonly<Record<string, string>>,
) {
  const { device, words } = found;
  const side = { name, words, threads, env, engine: 'onnx', device, found } as const;
  return { sides: [side], words };
}

async function processorSide({ threads, processor }: Wanted) {
  const words = processorWords(threads);
  if (!processor) return { words: `${words}: not asked for` };
  const side = { name: 'onnx on the processor', words, threads, env: {} };
  return { sides: [{ ...side, engine: 'onnx', device: 'cpu' } as const], words };
}
