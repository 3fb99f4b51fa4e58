import { registerMovementKernels } from './movement.ts';
import { registerConvolutionKernels } from './convolution.ts';
import { registerElementwiseKernels } from './elementwise.ts';
import { registerNormalisationKernels } from './normalisation.ts';
import { registerPoolingKernels } from './pooling.ts';
import { registerMatmulKernels } from './matmul.ts';
import { registerReductionKernels } from './reduction.ts';
import { registerUnitRowsKernel } from './unit-rows.ts';

/** Registers every kernel of the `trace` backend. Called once. */
export function registerKernels(): void {
  registerMovementKernels();
  registerConvolutionKernels();
  registerElementwiseKernels();
  registerNormalisationKernels();
  registerPoolingKernels();
  registerMatmulKernels();
  registerReductionKernels();
  registerUnitRowsKernel();
}
