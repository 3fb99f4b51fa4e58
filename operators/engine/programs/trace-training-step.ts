import { trainingStep } from '../../step/training-step.ts';
import type { tf, TensorsByName } from '../../tensor/tf.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import {
  nextState,
  updateInputs,
  pixelsInput,
  prefixed,
  stepOutputLayout,
  stepPorts,
  tracedState,
  unprefixed,
  weightInputs,
} from './step-ports.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { traceModel, type TraceInput } from '../../onnx/trace.ts';

/** `trainingStep` as a model: state, batch and rates in; next state, sums and what rows gave out. */
export function traceTrainingStep(spec: StepSpec, target: LoweringTarget): OnnxModel {
  const { images, views } = spec.shape;
  const inputs: TraceInput[] = [
    pixelsInput(spec, images),
    { name: stepPorts.labels, shape: [images * views], dtype: 'int32' },
    ...weightInputs(spec, target),
    ...updateInputs(spec, target),
  ];
  const compute = (tensors: TensorsByName): TensorsByName => {
    const batch = {
      // The shapes are those of `inputs` above.
      pixels: tensors[stepPorts.pixels] as tf.Tensor4D,
      labels: tensors[stepPorts.labels] as tf.Tensor1D,
    };
    const rates = unprefixed(stepPorts.rates, tensors);
    const next = trainingStep(spec, tracedState(tensors), batch, rates);
    // Sums first: ONNX Runtime computes in the order of outputs, and the other way round holds more
    // activations at once.
    return {
      ...prefixed(stepPorts.sums, next.sums),
      ...(next.rows === undefined
        ? {}
        : { [stepPorts.projection]: next.rows.projection, [stepPorts.rowLoss]: next.rows.loss }),
      ...nextState(spec, next),
    };
  };
  return traceModel(inputs, compute, { target, outputLayout: stepOutputLayout(target) });
}
