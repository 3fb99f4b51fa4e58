import type { ExecutionContext } from 'ava';
import type { LoweringTarget } from '../../operators/onnx/graph/lowering-target.ts';
import { batchNormTrain, type BatchNormTrainResult } from '../../operators/tensor/batch-norm.ts';
import { tf } from '../../operators/tensor/tf.ts';
import { type CaseInput, tracedEqualsCpu } from './traced-equals-cpu.ts';

/** What follows the normalisation. */
export interface BatchNormCase {
  readonly withResidual: boolean;
  readonly relu: boolean;
}

export const batchNormCases: readonly BatchNormCase[] = [true, false].flatMap((relu) =>
  [true, false].map((withResidual) => ({ withResidual, relu })),
);

export function batchNormTitle({ withResidual, relu }: BatchNormCase): string {
  return `${withResidual ? 'with' : 'without'} residual, ${relu ? 'with' : 'without'} ReLU`;
}

/** A traced BatchNorm in training, its statistics and all gradients equal those of the `cpu` backend. */
export async function batchNormEqualsCpu(
  t: ExecutionContext,
  image: CaseInput,
  { withResidual, relu }: BatchNormCase,
  target?: LoweringTarget,
): Promise<void> {
  const channels = { shape: [image.shape[3]!] };
  const inputs = { x: image, scale: channels, offset: channels, residual: image, dy: image };
  const normalise = (all: readonly tf.Tensor[]): BatchNormTrainResult => {
    const [x, scale, offset, residual] = all as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor4D,
    ];
    return batchNormTrain(x, scale, offset, {
      residual: withResidual ? residual : undefined,
      relu,
    });
  };
  const compute = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> => {
    const { x, scale, offset, residual, dy } = tensors;
    const all = [x!, scale!, offset!, residual!];
    const { y, mean, variance } = normalise(all);
    // The residual has a gradient of its own in either case.
    const value = (...all: tf.Tensor[]): tf.Tensor =>
      tf.add(normalise(all).y, tf.mul(all[3]!, 0.5));
    const [dx, dScale, dOffset, dResidual] = tf.grads(value)(all, dy);
    return {
      y,
      mean,
      variance,
      dx: dx!,
      dScale: dScale!,
      dOffset: dOffset!,
      dResidual: dResidual!,
    };
  };
  await tracedEqualsCpu(t, inputs, compute, target);
}
