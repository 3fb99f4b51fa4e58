import type { ExecutionContext } from 'ava';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type LoweringTarget,
  tensorflowTarget,
} from '../../operators/onnx/graph/lowering-target.ts';
import { trace, type TraceInput, traceModel } from '../../operators/onnx/trace.ts';
import { seededRandom } from '../../operators/random.ts';
import { openGraphSession } from '../../operators/tensorflow/graph-session.ts';
import type { NativeBinding } from '../../operators/tensorflow/native-binding.ts';
import { tf } from '../../operators/tensor/tf.ts';
import { nativeTensorflow } from './tensorflow-graphs.ts';
import { near } from './tensors.ts';

/** What a function of tensors makes of its inputs, by name. */
export type TensorFunction = (
  tensors: Readonly<Record<string, tf.Tensor>>,
) => Readonly<Record<string, tf.Tensor>>;

/** An input of a traced function; `values` default to seeded normal numbers. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
  readonly values?: readonly number[];
  readonly order?: readonly number[];
}

/** Largest difference over largest absolute value that float32 sums in another order may reach here. */
const tolerance = 5e-6;

/**
 * Runs a function eagerly on the `cpu` backend, and traced in ONNX Runtime, and compares every output:
 * shape, element type, and values relative to the largest of the tensor. Where no target is named, it is also traced
 * for TensorFlow and run there, if that is set up.
 *
 * @param target Whom the trace is for. @default standard operators, and TensorFlow
 */
export async function tracedEqualsCpu(
  t: ExecutionContext,
  inputs: Readonly<Record<string, CaseInput>>,
  compute: TensorFunction,
  target?: LoweringTarget,
): Promise<void> {
  await tf.setBackend('cpu');
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, valuesOf(name, input)]),
  );
  const expected = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => [
        name,
        tf.tensor(values[name]!, [...shape], dtype),
      ]),
    );
    return Object.entries(compute(tensors)).map(([name, tensor]) => ({
      name,
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: [...tensor.dataSync()],
    }));
  });

  const traceInputs = Object.entries(inputs).map(
    ([name, { shape, dtype = 'float32', order }]): TraceInput => ({
      name,
      shape,
      dtype,
      layout: order && { order },
    }),
  );
  const outputs = await runModel(
    trace(traceInputs, compute, { target }),
    Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, dtype = 'float32', order }]) => {
        const stored = tf.tidy(() =>
          tf.tensor(values[name]!, [...shape], dtype).transpose(order && [...order]),
        );
        const rowMajor = order === undefined ? values[name]! : [...stored.dataSync()];
        const dims = order === undefined ? shape : order.map((axis) => shape[axis]!);
        return [name, toOrt(dtype, rowMajor, dims)];
      }),
    ),
  );
  for (const { name, shape, dtype, values } of expected) {
    const output = outputs[name]!;
    t.deepEqual([...output.dims], shape, `shape of ${name}`);
    t.true(output.type === dtype, `type of ${name}`);
    const got = Array.from(output.data as ArrayLike<number>, Number);
    near(t, got, values, tolerance, name);
  }
  if (target !== undefined) return;
  if (typeof nativeTensorflow === 'string') {
    t.log(nativeTensorflow);
    return;
  }
  const graphs = runGraph(nativeTensorflow, traceInputs, compute, values);
  for (const { name, values } of expected) {
    near(t, Array.from(graphs[name]!, Number), values, tolerance, `${name} of TensorFlow`);
  }
}

/** Traces a function for TensorFlow and runs the graph. */
function runGraph(
  binding: NativeBinding,
  inputs: readonly TraceInput[],
  compute: TensorFunction,
  values: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, ArrayLike<number>>> {
  const plain = inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const model = traceModel(plain, compute, { target: tensorflowTarget });
  const session = openGraphSession(binding, {
    variables: new Map(),
    programs: [{ name: 'case', model }],
  });
  try {
    const given = plain.map(({ name, shape, dtype }) => {
      const Numbers = dtype === 'float32' ? Float32Array : Int32Array;
      return [name, { values: Numbers.from(values[name]!), shape }] as const;
    });
    return session.run('case', Object.fromEntries(given));
  } finally {
    session.release();
  }
}

/** Runs a model once. */
export async function runModel(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

function valuesOf(name: string, { shape, dtype, values }: CaseInput): number[] {
  if (values !== undefined) return [...values];
  const random = seededRandom('case', name);
  const size = shape.reduce((product, length) => product * length, 1);
  return Array.from({ length: size }, () => {
    if (dtype === 'bool') return random.below(2);
    return dtype === 'int32' ? random.below(9) - 4 : random.normal();
  });
}

function toOrt(
  dtype: 'float32' | 'int32' | 'bool',
  values: readonly number[],
  dims: readonly number[],
): Tensor {
  if (dtype === 'float32') return new Tensor(dtype, Float32Array.from(values), dims);
  if (dtype === 'int32') return new Tensor(dtype, Int32Array.from(values), dims);
  return new Tensor(dtype, Uint8Array.from(values), dims);
}
