import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';

/**
 * The one TensorFlow.js of the process: `tf.relu(x)` for values, `tf.Tensor2D` for types.
 *
 * In browsers `tf-browser.ts` stands in its place. The whole package, because `tfjs-core` alone registers no gradients and no CPU kernels. Required, because `import`
 * reads it a second time, for the names that it exports: that is 0.3 s of the 0.5 s in which it loads, and every
 * thread that computes with it would spend them too.
 */
export const tf: typeof tfjs = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof tfjs;

// The CPU backend greets with a banner at its first use, and this is the switch the package offers
// against it. It silences other warnings too, so check what `tf.setBackend` returns.
tf.enableProdMode();

/** Its types, by the names that it gives them. */
// oxlint-disable-next-line typescript/no-namespace -- what makes `tf` name values and types alike, as an import does
export declare namespace tf {
  export namespace backend_util {
    export type BackendValues = tfjs.backend_util.BackendValues;
    export type Conv2DInfo = tfjs.backend_util.Conv2DInfo;
    export type ExplicitPadding = tfjs.backend_util.ExplicitPadding;
  }
  export type BatchMatMulAttrs = tfjs.BatchMatMulAttrs;
  export type Conv2DAttrs = tfjs.Conv2DAttrs;
  export type Conv2DBackpropFilterAttrs = tfjs.Conv2DBackpropFilterAttrs;
  export type Conv2DBackpropInputAttrs = tfjs.Conv2DBackpropInputAttrs;
  export type DataStorage<Value> = tfjs.DataStorage<Value>;
  export type DataType = tfjs.DataType;
  export type ExpandDimsAttrs = tfjs.ExpandDimsAttrs;
  export type FillAttrs = tfjs.FillAttrs;
  export type FusedBatchNormAttrs = tfjs.FusedBatchNormAttrs;
  export type GradSaveFunc = tfjs.GradSaveFunc;
  export type KernelBackend = tfjs.KernelBackend;
  export type KernelConfig = tfjs.KernelConfig;
  export type KernelFunc = tfjs.KernelFunc;
  export type MaxAttrs = tfjs.MaxAttrs;
  export type MaxPoolAttrs = tfjs.MaxPoolAttrs;
  export type NamedAttrMap = tfjs.NamedAttrMap;
  export type RangeAttrs = tfjs.RangeAttrs;
  export type Rank = tfjs.Rank;
  export namespace Rank {
    export type R1 = tfjs.Rank.R1;
    export type R2 = tfjs.Rank.R2;
  }
  export type ReshapeAttrs = tfjs.ReshapeAttrs;
  export type Scalar = tfjs.Scalar;
  export type StepAttrs = tfjs.StepAttrs;
  export type SumAttrs = tfjs.SumAttrs;
  export type Tensor<R extends tfjs.Rank = tfjs.Rank> = tfjs.Tensor<R>;
  export type Tensor1D = tfjs.Tensor1D;
  export type Tensor2D = tfjs.Tensor2D;
  export type Tensor4D = tfjs.Tensor4D;
  export type TensorInfo = tfjs.TensorInfo;
  export type TileAttrs = tfjs.TileAttrs;
  export type TransposeAttrs = tfjs.TransposeAttrs;
}

/** Tensors by name, borrowed. */
export type TensorsByName = Readonly<Record<string, tf.Tensor>>;
