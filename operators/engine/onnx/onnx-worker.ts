import { type TiledLosses, tiledLosses } from '../../loss/tiled-loss.ts';
import { type CompiledCalibration, openCalibration } from './calibration-session.ts';
import { openEncodingSession } from './encoding-session.ts';
import type { EncodingSession, TrainingSession } from '../interface/sessions.ts';
import { openModelSession } from './model-session.ts';
import type { CallHandlers } from '../../threads/worker-calls.ts';
import type { EngineCalls } from '../thread/engine-calls.ts';
import { lossOfCall } from '../thread/loss-of-call.ts';
import { opened, serveEngine } from '../thread/serve-engine.ts';
import { type Placement, placementOn } from '../../onnx/placement.ts';
import type { Computing } from '../../onnx/device-name.ts';
import { processorTarget } from '../../onnx/processor-target.ts';
import { encodeModel } from '../../onnx/graph/onnx-model.ts';
import { loadRuntime, type Runtime } from '../../onnx/runtime.ts';
import { tileCompiler } from './tile-compiler.ts';
import { traceEncoder } from '../programs/trace-encoder.ts';
import { openTrainingSession } from './training-session.ts';

let trainer: TrainingSession | undefined;
let encoder: EncodingSession | undefined;
let calibration: CompiledCalibration | undefined;
let losses: TiledLosses | undefined;

const handlers: CallHandlers<EngineCalls> = {
  async openTrainer({ spec, ...computing }) {
    const runtime = await loadRuntime();
    trainer = await openTrainingSession(runtime, spec, await trainingPlacement(runtime, computing));
    return null;
  },
  async load(state) {
    await opened(trainer).load(state);
    return null;
  },
  run: ({ learningRate, ...batch }) => opened(trainer).run(batch, learningRate),
  snapshot: () => opened(trainer).snapshot(),
  async openEncoder(argument) {
    encoder = await openEncodingSession(await loadRuntime(), argument);
    return null;
  },
  async openCalibration(argument) {
    calibration = await openCalibration(await loadRuntime(), argument);
    return null;
  },
  ranges: ({ pixels }) => opened(calibration).ranges(pixels),
  async openModel(argument) {
    const opened = await openModelSession(await loadRuntime(), argument);
    encoder = opened;
    const { ports, embeddingSize, projectionSize, notes } = opened;
    return { ports, embeddingSize, projectionSize, notes };
  },
  encode: ({ pixels }) => opened(encoder).encode(pixels),
  exportEncoder: ({ spec, weights, imageSize }) =>
    encodeModel(traceEncoder(spec, weights, imageSize, { layout: 'NCHW' })),
  async openLoss({ spec, ...computing }) {
    losses = tiledLosses(tileCompiler(await loadRuntime(), placementOn(computing)), spec);
    return null;
  },
  loss: (call, report) => lossOfCall(opened(losses), call, report),
  async release(part) {
    if (part === null) {
      await trainer?.release();
      await calibration?.release();
      trainer = undefined;
      calibration = undefined;
    }
    if (part !== 'loss') {
      await encoder?.release();
      encoder = undefined;
    }
    if (part !== 'encoder') {
      await losses?.release();
      losses = undefined;
    }
    return null;
  },
};

/** Placement of training steps: on the processor in what it is fastest in, which only they are written in. */
async function trainingPlacement(runtime: Runtime, computing: Computing): Promise<Placement> {
  return computing.device === 'cpu'
    ? { ...computing, target: await processorTarget(runtime) }
    : placementOn(computing);
}

serveEngine('onnx', handlers);
