import { chunkGradients, imagesAtOnce, projectedChunk } from '../../step/split-step.ts';
import { updatedState } from '../../step/updated-state.ts';
import type { tf, TensorsByName } from '../../tensor/tf.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import {
  nextState,
  updateInputs,
  parameterGradientInputs,
  pixelsInput,
  prefixed,
  statisticInputs,
  stepOutputLayout,
  stepPorts,
  tracedState,
  unprefixed,
  weightInputs,
} from './step-ports.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { traceModel, type TraceInput } from '../../onnx/trace.ts';

/** `projectedChunk` as a model: weights and pixels in, projections out. */
export function traceProjection(spec: StepSpec, target: LoweringTarget): OnnxModel {
  const inputs = [pixelsInput(spec, imagesAtOnce(spec)), ...weightInputs(spec, target)];
  const compute = (tensors: TensorsByName): TensorsByName => ({
    [stepPorts.projection]: projectedChunk(
      spec,
      unprefixed(stepPorts.weights, tensors),
      // The shape is that of `pixelsInput`.
      tensors[stepPorts.pixels] as tf.Tensor4D,
    ),
  });
  return traceModel(inputs, compute, { target, outputLayout: stepOutputLayout(target) });
}

/** `chunkGradients` as a model: the sums of earlier chunks in, with this one's out. */
export function traceChunkGradients(spec: StepSpec, target: LoweringTarget): OnnxModel {
  const rows = imagesAtOnce(spec) * spec.shape.views;
  const inputs: TraceInput[] = [
    pixelsInput(spec, imagesAtOnce(spec)),
    {
      name: stepPorts.projectionGradient,
      shape: [rows, spec.encoder.projectionSize],
      dtype: 'float32',
    },
    ...weightInputs(spec, target),
    ...gradientInputs(spec, target),
  ];
  const compute = (tensors: TensorsByName): TensorsByName => {
    const { gradients, statistics } = chunkGradients(
      spec,
      unprefixed(stepPorts.weights, tensors),
      // The shapes are those of `inputs` above.
      tensors[stepPorts.pixels] as tf.Tensor4D,
      tensors[stepPorts.projectionGradient] as tf.Tensor2D,
      summed(tensors),
    );
    return {
      ...prefixed(stepPorts.nextStatistics, statistics),
      ...prefixed(stepPorts.nextGradients, gradients),
    };
  };
  return traceModel(inputs, compute, { target, outputLayout: stepOutputLayout(target) });
}

/** `updatedState` as a model: state, summed gradients and rates in, next state out. */
export function traceUpdate(spec: StepSpec, target: LoweringTarget): OnnxModel {
  const inputs: TraceInput[] = [
    ...weightInputs(spec, target),
    ...updateInputs(spec, target),
    ...gradientInputs(spec, target),
  ];
  const compute = (tensors: TensorsByName): TensorsByName => {
    const rates = unprefixed(stepPorts.rates, tensors);
    return nextState(spec, updatedState(spec, tracedState(tensors), summed(tensors), rates));
  };
  return traceModel(inputs, compute, { target, outputLayout: stepOutputLayout(target) });
}

/** Sums of gradients and statistics over chunks, as inputs. */
export function gradientInputs(spec: StepSpec, target: LoweringTarget): readonly TraceInput[] {
  return [
    ...parameterGradientInputs(spec, target),
    ...statisticInputs(stepPorts.statistics, spec, target),
  ];
}

function summed(tensors: Readonly<Record<string, tf.Tensor>>): {
  readonly gradients: Record<string, tf.Tensor>;
  readonly statistics: Record<string, tf.Tensor>;
} {
  return {
    gradients: unprefixed(stepPorts.gradients, tensors),
    statistics: unprefixed(stepPorts.statistics, tensors),
  };
}
