import { workerData } from 'node:worker_threads';
import { PipelineError } from '../../errors.ts';
import { type TiledLosses, tiledLosses } from '../../loss/tiled-loss.ts';
import { eagerEncodingSession, eagerTrainingSession } from '../eager/eager-sessions.ts';
import { eagerTileCompiler } from '../eager/eager-tiles.ts';
import type { EncodingSession, TrainingSession } from '../interface/sessions.ts';
import { lossOfCall } from '../thread/loss-of-call.ts';
import { opened, serveEngine } from '../thread/serve-engine.ts';
import { nativeBinding } from '../../tensorflow/native-backend.ts';
import { graphEncodingSession, graphTrainingSession } from './graph-sessions.ts';
import { graphTileCompiler } from './graph-tiles.ts';
import type { TensorflowMode } from './tensorflow-mode.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import { microBatchSize } from './micro-batch-size.ts';

// Set by `openTensorflowEngine`.
const { from, mode } = workerData as { readonly from: string; readonly mode: TensorflowMode };

let trainer: TrainingSession | undefined;
let encoder: EncodingSession | undefined;
let losses: TiledLosses | undefined;

serveEngine('tensorflow', {
  async openTrainer({ spec }) {
    await loadTensorflow(from);
    trainer =
      mode === 'graph' ? graphTrainingSession(nativeBinding(), spec) : eagerTrainingSession(spec);
    return null;
  },
  async load(state) {
    await opened(trainer).load(state);
    return null;
  },
  run: ({ learningRate, ...batch }) => opened(trainer).run(batch, learningRate),
  snapshot: () => opened(trainer).snapshot(),
  async openEncoder({ spec, weights, rows, imageSize, quantisation }) {
    if (quantisation !== undefined) refuseInt8();
    await loadTensorflow(from);
    const shape = { rows, imageSize, microBatchSize: microBatchSize({ rows, imageSize }) };
    encoder =
      mode === 'graph'
        ? graphEncodingSession(nativeBinding(), spec, weights, shape)
        : eagerEncodingSession(spec, weights, shape);
    return null;
  },
  encode: ({ pixels }) => opened(encoder).encode(pixels),
  async openLoss({ spec }) {
    await loadTensorflow(from);
    const compile = mode === 'graph' ? graphTileCompiler(nativeBinding()) : eagerTileCompiler;
    losses = tiledLosses(compile, spec);
    return null;
  },
  loss: (call, report) => lossOfCall(opened(losses), call, report),
  openModel: refuseOnnx,
  exportEncoder: refuseOnnx,
  openCalibration: refuseInt8,
  ranges: refuseInt8,
  async release(part) {
    if (part === null) {
      await trainer?.release();
      trainer = undefined;
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
});

function refuseInt8(): never {
  throw new PipelineError(
    'ERR_ENGINE',
    'The `tensorflow` engine has no int8 inference: use `engine: onnx`',
    { options: ['engine'] },
  );
}

function refuseOnnx(): never {
  throw new PipelineError(
    'ERR_ENGINE',
    'The `tensorflow` engine runs the networks of `train` only, not ONNX files: use `engine: onnx`',
    { options: ['engine'] },
  );
}
