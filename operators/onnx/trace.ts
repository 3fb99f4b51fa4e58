import { tf } from '../tensor/tf.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { encodeModel, type OnnxModel } from './graph/onnx-model.ts';
import { registerKernels } from './kernels/register-kernels.ts';
import type { LoweringTarget } from './graph/lowering-target.ts';
import { TraceBackend, traceBackendName } from './graph/trace-backend.ts';
import { portSizes, rowMajorLayout, type StoredLayout } from './graph/stored-layout.ts';
import { inFull, inOrder, type TracedType } from './graph/traced.ts';

/** An input of a traced function and of its model. */
export interface TraceInput {
  readonly name: string;
  /** Shape as the function sees it. */
  readonly shape: readonly number[];
  readonly dtype: TracedType;
  /** Memory layout of the model's input. @default row-major */
  readonly layout?: StoredLayout | undefined;
}

export interface TraceOptions {
  /**
   * Dynamic batch axis: leaves the first size of every input and output free at run time, under
   * this name. Right only when the traced function computes each row by itself; `trace` cannot
   * know.
   */
  readonly freeFirstAxis?: string | undefined;
  /** Memory layouts of the model's outputs. @default row-major */
  readonly outputLayout?: ((name: string, shape: readonly number[]) => StoredLayout) | undefined;
  /** Lowering target. @default standardTarget */
  readonly target?: LoweringTarget | undefined;
  /** Written to the model's `metadata_props`. @default none */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A function of tensors by name, as `trace` takes it. */
export type TracedFunction = (
  tensors: Readonly<Record<string, tf.Tensor>>,
) => Readonly<Record<string, tf.Tensor>>;

/**
 * Traces a function of tensors into an ONNX model of opset 17: runs it once, without computing, and
 * records what it would compute.
 *
 * The function must be synchronous and may not read the value of a tensor that depends on an input.
 * Tensors that it takes from elsewhere become constants of the model.
 *
 * @param compute Gets a tensor for each input, by name. The names of its result become the outputs.
 * @returns The bytes of the model.
 * @throws {Error} When `compute` reads a value, or needs a kernel that has no lowering.
 */
export function trace(
  inputs: readonly TraceInput[],
  compute: TracedFunction,
  options: TraceOptions = {},
): Uint8Array {
  return encodeModel(traceModel(inputs, compute, options));
}

/** The same, before it is written in a format. */
export function traceModel(
  inputs: readonly TraceInput[],
  compute: TracedFunction,
  { freeFirstAxis, outputLayout, target, metadata }: TraceOptions = {},
): OnnxModel {
  const graph = new GraphBuilder(target);
  const sizes = (dims: readonly number[], order: readonly number[]): (number | string)[] =>
    dims.map((size, at) => (freeFirstAxis !== undefined && order[at] === 0 ? freeFirstAxis : size));

  const record = (backend: TraceBackend): OnnxModel => {
    // Not returned through `tf.tidy`, which would look for tensors in every byte.
    let model: OnnxModel | undefined;
    backend.record(graph, () =>
      tf.tidy(() => {
        const tensors: Record<string, tf.Tensor> = {};
        for (const { name, shape, dtype, layout = rowMajorLayout(shape) } of inputs) {
          const { order, block } = layout;
          const dims = portSizes(shape, layout);
          graph.input({ name, type: dtype, dims: sizes(dims, order) });
          const info = backend.put({ kind: 'recorded', name, shape, dtype, order, dims, block });
          tensors[name] = tf.engine().makeTensorFromTensorInfo(info);
        }
        const outputs = Object.entries(compute(tensors)).map(([name, tensor]) => {
          const { order, block } =
            outputLayout?.(name, tensor.shape) ?? rowMajorLayout(tensor.shape);
          const value = inFull(graph, inOrder(graph, backend.get(tensor), order, block));
          return {
            name,
            type: value.dtype,
            dims: sizes(value.dims, value.order),
            value: value.name,
          };
        });
        model = graph.finish(outputs, metadata);
      }),
    );
    // `record` has run it.
    return model!;
  };
  return onTraceBackend(record);
}

/** Makes the trace backend the current one while `work` runs. */
function onTraceBackend<T>(work: (backend: TraceBackend) => T): T {
  const before = tf.getBackend() as string | undefined;
  if (tf.findBackendFactory(traceBackendName) === null) {
    tf.registerBackend(traceBackendName, () => new TraceBackend());
    registerKernels();
  }
  // A backend that starts synchronously is the current one when the call returns.
  void tf.setBackend(traceBackendName);
  try {
    const backend = tf.backend();
    if (!(backend instanceof TraceBackend)) {
      throw new TypeError(`Expected the \`${traceBackendName}\` backend to have started`);
    }
    return work(backend);
  } finally {
    if (before !== undefined && before !== '') void tf.setBackend(before);
  }
}
