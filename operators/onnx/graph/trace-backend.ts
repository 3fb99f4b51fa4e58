import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { filled, sizeOf, type Traced, type TracedType, type TracedValues } from './traced.ts';

/** Name of the backend in tfjs. */
export const traceBackendName = 'trace';

/**
 * Tracing backend of TensorFlow.js: records instead of computing.
 *
 * A tensor of it holds a `Traced`: a known value, or the name of a value in an ONNX graph. Kernels add
 * nodes to that graph (`kernels/`). Reading a tensor whose value only the graph will know is an error,
 * so that control flow that depends on values fails loudly instead of being frozen into the trace.
 */
export class TraceBackend extends tf.KernelBackend {
  readonly #storage: tf.DataStorage<Traced>;
  #graph: GraphBuilder | undefined;

  constructor() {
    super();
    // Tensors of other backends that meet the trace are known values: the mover brings them here.
    this.#storage = new tf.DataStorage<Traced>(this, tf.engine());
  }

  /** The graph of the trace that is being taken. @throws {Error} When none is. */
  get graph(): GraphBuilder {
    if (this.#graph === undefined) throw new Error('Expected a trace to be under way');
    return this.#graph;
  }

  /** Records into `graph` while `work` runs. @throws {Error} When another trace is under way. */
  record<T>(graph: GraphBuilder, work: () => T): T {
    if (this.#graph !== undefined) throw new Error('Expected no other trace to be under way');
    this.#graph = graph;
    try {
      return work();
    } finally {
      this.#graph = undefined;
    }
  }

  get(info: tf.TensorInfo): Traced {
    return this.#storage.get(info.dataId);
  }

  /** Wraps a traced value in a tensor of tfjs. */
  put(traced: Traced): tf.TensorInfo {
    const dataId = {};
    this.#storage.set(dataId, traced);
    return { dataId, shape: [...traced.shape], dtype: traced.dtype };
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): object {
    return this.put(known(values, shape, dtype)).dataId;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): void {
    this.#storage.set(dataId, known(values, shape, dtype));
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const traced = this.#storage.get(dataId);
    if (traced.kind === 'known') return traced.values;
    if (traced.kind === 'uniform') return filled(traced.dtype, sizeOf(traced.shape), traced.value);
    throw new Error(
      `A tensor of shape \`[${traced.shape.join(', ')}]\` was read while its computation was being ` +
        'recorded, when it has no value yet. Decide nothing by values inside a traced function: ' +
        'use masks instead of branches, and hand values out as results.',
    );
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  // Every kernel result has an id of its own, so one reference is all there ever is.
  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override disposeData(dataId: object): boolean {
    this.#storage.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#storage.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

function known(
  values: tf.backend_util.BackendValues,
  shape: readonly number[],
  dtype: tf.DataType,
): Traced {
  const typed = typedValues(values, tracedType(dtype));
  const first = typed[0];
  // Whatever their length: tfjs makes ones in the shape of activations, which no model should carry along.
  const uniform = first !== undefined && typed.every((value) => Object.is(value, first));
  return uniform
    ? { kind: 'uniform', shape, dtype: tracedType(dtype), value: first }
    : { kind: 'known', shape, dtype: tracedType(dtype), values: typed };
}

/** @throws {TypeError} For strings and complex numbers. */
export function tracedType(dtype: tf.DataType): TracedType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(
    `Expected a tensor of float32, int32 or bool while tracing, got \`${dtype}\``,
  );
}

function typedValues(values: tf.backend_util.BackendValues, dtype: TracedType): TracedValues {
  // Elements of the three types that `tracedType` admits are numbers or booleans.
  const numbers = values as ArrayLike<number>;
  if (dtype === 'float32') return new Float32Array(numbers);
  return dtype === 'int32' ? new Int32Array(numbers) : new Uint8Array(numbers);
}
