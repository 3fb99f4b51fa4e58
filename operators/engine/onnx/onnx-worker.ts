import { parentPort } from 'node:worker_threads';
import { messageOf, PipelineError, type PipelineErrorCode } from '../../errors.ts';
import type { EncodedRows, LossResult } from '../engine.ts';
import { lossResult } from '../loss-result.ts';
import { type TiledLosses, tiledLosses } from '../../loss/tiled-loss.ts';
import { type EncodingSession, openEncodingSession, openModelSession } from './encoding-session.ts';
import type { EngineCallName, EngineCalls, EngineReply, EngineRequest } from './engine-calls.ts';
import { type Computing, type Placement, placementOn } from './placement.ts';
import { processorTarget } from './processor-target.ts';
import { loadRuntime, type Runtime } from './runtime.ts';
import { tileCompiler } from './tile-compiler.ts';
import { traceEncoder } from './trace-encoder.ts';
import { openTrainingSession, type TrainingSession } from './training-session.ts';
import { wholeBuffers } from './whole-buffers.ts';

/** How each call is answered. */
type Handlers = {
  readonly [K in EngineCallName]: (
    argument: EngineCalls[K]['argument'],
    report: (progress: number) => void,
  ) => EngineCalls[K]['result'] | Promise<EngineCalls[K]['result']>;
};

let trainer: TrainingSession | undefined;
let encoder: EncodingSession | undefined;
let losses: TiledLosses | undefined;

const handlers: Handlers = {
  async openTrainer({ spec, ...computing }) {
    const runtime = await loadRuntime();
    trainer = await openTrainingSession(runtime, spec, await trainingPlacement(runtime, computing));
    return null;
  },
  async load(state) {
    await opened(trainer).load(state);
    return null;
  },
  run: (step) => opened(trainer).run(step),
  snapshot: () => opened(trainer).snapshot(),
  async openEncoder(argument) {
    encoder = await openEncodingSession(await loadRuntime(), argument);
    return null;
  },
  async openModel(argument) {
    const opened = await openModelSession(await loadRuntime(), argument);
    encoder = opened;
    const { ports, embeddingSize, projectionSize } = opened;
    return { ports, embeddingSize, projectionSize };
  },
  encode: ({ pixels }) => opened(encoder).encode(pixels),
  exportEncoder: ({ spec, weights, imageSize }) => traceEncoder(spec, weights, imageSize, 'NCHW'),
  async openLoss({ spec, ...computing }) {
    losses = tiledLosses(tileCompiler(await loadRuntime(), placementOn(computing)), spec);
    return null;
  },
  async loss({ rows, gradient, readouts, cancelled }, report) {
    const onProgress = (done: number): void => {
      report(done);
      if (Atomics.load(cancelled, 0) !== 0) throw new Error('cancelled');
    };
    return lossResult(await opened(losses).run(rows, { gradient, readouts, onProgress }));
  },
  async release() {
    await trainer?.release();
    await encoder?.release();
    await losses?.release();
    trainer = undefined;
    encoder = undefined;
    losses = undefined;
    return null;
  },
};

/** On the processor in what it is fastest in, which only training steps are written in. */
async function trainingPlacement(runtime: Runtime, computing: Computing): Promise<Placement> {
  return computing.device === 'cpu'
    ? { ...computing, target: await processorTarget(runtime) }
    : placementOn(computing);
}

function opened<T>(session: T | undefined): T {
  if (session === undefined) throw new TypeError('Expected a session to have been opened');
  return session;
}

async function answer({ id, name, argument }: EngineRequest): Promise<EngineReply> {
  try {
    // Name and argument come from one request, which TypeScript does not follow through a table.
    const handler = handlers[name] as (
      argument: unknown,
      report: (progress: number) => void,
    ) => unknown;
    const report = (progress: number): void => parentPort?.postMessage({ id, progress });
    return { id, result: await handler(argument, report) };
  } catch (error) {
    const { code, message } = described(name, error);
    // What caused it may hold things that do not travel, its text always does.
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id, error: { code, message, cause } };
  }
}

function described(
  name: EngineCallName,
  error: unknown,
): { code: PipelineErrorCode | 'ERR_RANGE'; message: string } {
  if (error instanceof PipelineError) return error;
  // V8 reports a failed allocation as a RangeError too, which is nobody's mistake.
  const wantOfMemory = /allocation failed|invalid (?:typed )?array length|out of memory/iu.test(
    messageOf(error),
  );
  if (error instanceof RangeError && !wantOfMemory) {
    return { code: 'ERR_RANGE', message: error.message };
  }
  const wayOut = wantOfMemory ? '; use smaller batches, fewer views or smaller images' : '';
  const message = `The \`onnx\` engine failed in \`${name}\`: ${messageOf(error)}${wayOut}`;
  return { code: 'ERR_ENGINE', message };
}

/** What of an answer is handed over instead of copied. A gradient is as large as the set. */
function handedOver(name: EngineCallName, reply: EngineReply): ArrayBuffer[] {
  if ('error' in reply) return [];
  // The answer to a call of that name.
  if (name === 'encode') {
    const { embedding, projection, pixels } = reply.result as EncodedRows;
    return wholeBuffers(embedding, projection, pixels);
  }
  if (name !== 'loss') return [];
  const { gradient } = reply.result as LossResult;
  return gradient === undefined ? [] : wholeBuffers(gradient);
}

// One at a time: ONNX Runtime must not start a step while the state of the last one is not in place.
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: EngineRequest) => {
  last = last.then(async () => {
    const reply = await answer(request);
    parentPort?.postMessage(reply, handedOver(request.name, reply));
  });
});
