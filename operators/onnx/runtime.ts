import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PipelineError } from '../errors.ts';
import type { Placement } from './placement.ts';
import type { DeviceName } from './device-name.ts';
import { encodeModel, type OnnxModel } from './graph/onnx-model.ts';
import { withMutex, underMutex } from './thread-mutex.ts';

/**
 * Spin time of an idle thread of the runtime before it sleeps. Bounded, because the same cores
 * decode and augment the next batches meanwhile; 0 would cost a wake-up at each of a thousand
 * nodes.
 */
const spinDurationUs = '50';

/** ONNX Runtime, as the engine uses it. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** Tensors of the runtime by port. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Loads ONNX Runtime with its native library.
 *
 * @throws {PipelineError} `ERR_ENGINE` when it is not there or does not load, with the way out.
 */
export async function loadRuntime(
  load: () => Promise<Runtime> = () => import('onnxruntime-node'),
): Promise<Runtime> {
  try {
    return await load();
  } catch (cause) {
    throw new PipelineError(
      'ERR_ENGINE',
      `Expected \`onnxruntime-node\` with its native library for ${process.platform}-${process.arch}, ` +
        `got: ${firstLine(cause)}. Install it again with \`ONNXRUNTIME_NODE_INSTALL=skip npm install ` +
        'onnxruntime-node`, which leaves out the download of its CUDA part; it has libraries for ' +
        'linux, darwin and win32 on x64 and arm64 (darwin: arm64 only)',
      { cause },
    );
  }
}

/**
 * A session where `placement` says. It never falls back: a provider that is not there is an error, and so is, on a
 * device, a node that only the processor could run.
 *
 * Without memory patterns, because they plan one block for all activations at once: almost twice the
 * memory for no time. Sequential, because the step is one long chain in which each node is parallel.
 *
 * @param model A traced model, the bytes of one, or the path of its file, beside which its external data lies.
 * @param kept Outputs that stay on the device if its provider can leave them there, which WebGPU's can. They belong
 * to the caller, who disposes them under the mutex (`withMutex`). @default none
 * @throws {PipelineError} `ERR_ENGINE` when the runtime refuses the model or has no such provider.
 */
export async function createSession(
  { InferenceSession }: Runtime,
  model: OnnxModel | Uint8Array | string,
  placement: Placement,
  kept: readonly string[] = [],
): Promise<InferenceSession> {
  const { device } = placement;
  const options = sessionOptions(placement);
  const given = typeof model === 'object' && 'nodes' in model ? encodeModel(model) : model;
  const create = (more: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    typeof given === 'string'
      ? InferenceSession.create(given, more)
      : InferenceSession.create(given, more);
  try {
    if (device !== 'webgpu') return await create(options);
    const preferredOutputLocation = Object.fromEntries(
      kept.map((name) => [name, 'gpu-buffer'] as const),
    );
    return underMutex(await withMutex(() => create({ ...options, preferredOutputLocation })));
  } catch (cause) {
    throw missingProvider(device, cause) ?? runtimeError('compile the network', cause);
  }
}

/** Session options for a placement. */
export function sessionOptions({ device, threads }: Placement): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    executionMode: 'sequential',
    enableMemPattern: false,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What fails on the processor is thrown, and told by whoever catches it; devices log more than they throw.
    logSeverityLevel: device === 'cpu' ? 4 : 3,
    extra: {
      session: {
        intra_op: { spin_duration_us: spinDurationUs },
        ...(device === 'cpu' ? {} : { disable_cpu_ep_fallback: '1' }),
      },
    },
  };
}

/**
 * Runs a session.
 *
 * @param into For every output by name the tensor that it is written into, or null for a new one. @default new ones
 *
 * @throws {PipelineError} `ERR_ENGINE` when the runtime fails, most likely for want of memory.
 */
export async function runSession(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  into?: Readonly<Record<string, Tensor | null>>,
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await (into === undefined ? session.run(feeds) : session.run(feeds, into));
  } catch (cause) {
    throw runtimeError('run the network', cause);
  }
}

/** Preallocated outputs of a session: the tensor of each name, or null where there is none. */
export function writtenInto(
  { outputNames }: InferenceSession,
  tensors: Tensors,
): Readonly<Record<string, Tensor | null>> {
  return Object.fromEntries(outputNames.map((name) => [name, tensors[name] ?? null]));
}

/**
 * Error of a missing execution provider, with the way to get it; undefined when the provider was
 * there.
 */
function missingProvider(device: DeviceName, cause: unknown): PipelineError | undefined {
  const message = messageOf(cause);
  if (device === 'cuda' && /_Cuda|backend not found|CUDA/u.test(message)) {
    return new PipelineError(
      'ERR_ENGINE',
      `Expected the CUDA provider of \`onnxruntime-node\`, got: ${firstLine(cause)}. Get it with ` +
        '`ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js` (linux-x64, with CUDA 12 and cuDNN 9 ' +
        'installed), or choose another `device`',
      { cause },
    );
  }
  // What stands before it are places in the source of the runtime.
  const adapter = /(?:no webgpu|failed to get a webgpu|backend not found).*/iu.exec(message)?.[0];
  if (device === 'webgpu' && adapter !== undefined) {
    return new PipelineError(
      'ERR_ENGINE',
      `Expected an adapter for WebGPU, got: ${adapter}. On Linux it takes \`libvulkan1\` and the Vulkan ` +
        'driver of the graphics card, in a container made visible to it as well; or choose another `device`',
      { cause },
    );
  }
  return undefined;
}

/** Ways out of failures of the runtime, by its words. */
const waysOut: readonly (readonly [words: RegExp, wayOut: string])[] = [
  [
    /alloc|max buffer size|invalid buffer/iu,
    'memory was short: use smaller batches, fewer views or smaller images',
  ],
  [/fallback to CPU/iu, 'the device lacks an operator of the model: use the device `cpu`'],
  [/opset|IR version/u, 'export the model again with an earlier version'],
  [
    /No Op registered|not a registered function|NOT_IMPLEMENTED|Could not find an implementation/iu,
    'export the model with standard operators of ONNX only, and in float32 if this one has another type',
  ],
  [
    /Unsupported data type: 16/u,
    'an input or output is bfloat16: export the model in float32 or float16',
  ],
  [/Unsupported data type/u, 'export the model with inputs and outputs of float32'],
  [/protobuf parsing failed/u, 'it is damaged, or no ONNX model'],
];

function runtimeError(what: string, cause: unknown): PipelineError {
  const message = messageOf(cause);
  const [, wayOut = 'the sizes and versions in `doctor` belong into a report of this'] =
    waysOut.find(([words]) => words.test(message)) ?? [];
  return new PipelineError(
    'ERR_ENGINE',
    `ONNX Runtime could not ${what}: ${withoutPlace(firstLine(cause))} (${wayOut})`,
    { cause },
  );
}

/** Without the file, which its caller names, and places in the source of the runtime, which its messages hold. */
function withoutPlace(text: string): string {
  return text
    .replace(/^Load model from .*? failed: ?/u, '')
    .replace(/\/\S+\.(?:cc|h):\d+ [^()]*\([^()]*(?:\([^()]*\)[^()]*)*\)(?: const)? /gu, '');
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]!;
}
