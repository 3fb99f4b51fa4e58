import { PipelineError } from '../../errors.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { tensorflowTarget } from '../../onnx/graph/lowering-target.ts';
import { stepRates } from '../../step/step-rates.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { openGraphSession } from '../../tensorflow/graph-session.ts';
import type { NativeBinding } from '../../tensorflow/native-binding.ts';
import type { Weights } from '../../types.ts';
import { imagesOf } from '../interface/images-of.ts';
import { fixedMicroBatch, microBatches } from '../interface/micro-batches.ts';
import type { EncodingSession, EncodingShape, TrainingSession } from '../interface/sessions.ts';
import { refusedStep } from '../programs/refused-step.ts';
import { encoderPorts, headPort, traceEncoder } from '../programs/trace-encoder.ts';
import { assignState, stateOf } from './graph-state.ts';
import { openGraphStep } from './graph-step.ts';

/** Trainer whose step is one graph of TensorFlow, or one for each part of a split step, with its state in variables. */
export function graphTrainingSession(binding: NativeBinding, spec: StepSpec): TrainingSession {
  const step = openGraphStep(binding, spec);
  let stepsTaken: number | undefined;
  const taken = (): number => {
    if (stepsTaken !== undefined) return stepsTaken;
    throw new PipelineError('ERR_ENGINE', 'Expected `load` before `run` and `snapshot`');
  };
  return {
    async load(state) {
      assignState(step.session, state);
      stepsTaken = state.step;
    },
    async run({ pixels, labels }, learningRate) {
      const before = taken();
      const rates = stepRates(spec, before, learningRate);
      const { readouts, rows, ...measures } = await step.compute({ pixels, labels, rates });
      const refusal = refusedStep(spec, before, { loss: readouts.loss, ...measures });
      if (refusal !== undefined) throw refusal;
      step.commit();
      stepsTaken = before + 1;
      return { ...readouts, gradientNorm: measures.gradientNorm, rows };
    },
    snapshot: async () => stateOf(step.session, spec, taken()),
    release: () => step.release(),
  };
}

/** Encoder with fixed weights as one graph, for micro-batches of one size. */
export function graphEncodingSession(
  binding: NativeBinding,
  spec: EncoderSpec,
  weights: Weights,
  { rows, imageSize, microBatchSize = rows }: EncodingShape,
): EncodingSession {
  const options = { layout: 'NHWC', target: tensorflowTarget, rows: microBatchSize } as const;
  const model = traceEncoder(spec, weights, imageSize, options);
  const programs = [{ name: 'encode', model }];
  const session = openGraphSession(binding, { variables: new Map(), programs });
  const shape = [microBatchSize, imageSize, imageSize, 3];
  const layers = [
    { layer: 'embedding', port: encoderPorts.embedding, size: embeddingSize(spec) },
    { layer: 'projection', port: headPort(spec), size: spec.projectionSize },
  ] as const;
  const microBatch = fixedMicroBatch(microBatchSize);
  return {
    async encode(pixels) {
      const images = imagesOf(pixels, { rows, imageSize });
      const result = {
        embedding: new Float32Array(images * layers[0].size),
        projection: new Float32Array(images * layers[1].size),
        pixels,
      };
      for (const { first, count, pixels: values } of microBatches(pixels, images, microBatch)) {
        const outputs = session.run('encode', { [encoderPorts.images]: { values, shape } });
        for (const { layer, port, size } of layers) {
          result[layer].set(outputs[port]!.subarray(0, count * size), first * size);
        }
      }
      return result;
    },
    release: async () => session.release(),
  };
}
