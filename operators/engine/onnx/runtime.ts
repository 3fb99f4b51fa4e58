import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PipelineError } from '../../errors.ts';
import type { Placement } from './placement.ts';

/**
 * How long an idle thread of the runtime waits busily for the next piece of work. Bounded, because the same
 * cores decode and augment the next batches meanwhile; 0 would cost a wake-up at each of a thousand nodes.
 */
const spinDurationUs = '50';

/** ONNX Runtime, as the engine uses it. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

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
 * A session on the CPU.
 *
 * Without memory patterns, because they plan one block for all activations at once: almost twice the
 * memory for no time. Sequential, because the step is one long chain in which each node is parallel.
 *
 * @param model Bytes of an ONNX model.
 * @throws {PipelineError} `ERR_ENGINE` when the runtime refuses the model.
 */
export async function createSession(
  { InferenceSession }: Runtime,
  model: Uint8Array,
  { threads }: Placement,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      enableMemPattern: false,
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { spin_duration_us: spinDurationUs } } },
    });
  } catch (cause) {
    throw runtimeError('compile the network', cause);
  }
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

function runtimeError(what: string, cause: unknown): PipelineError {
  const wayOut = /alloc/iu.test(messageOf(cause))
    ? 'memory was short: use smaller batches, fewer views or smaller images'
    : 'the sizes and versions in `sincere doctor` belong into a report of this';
  return new PipelineError(
    'ERR_ENGINE',
    `ONNX Runtime could not ${what}: ${firstLine(cause)} (${wayOut})`,
    { cause },
  );
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]!;
}
