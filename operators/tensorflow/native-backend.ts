import { tf } from '../tensor/tf.ts';
import type { NativeBinding } from './native-binding.ts';

/** Members of the package's backend besides those of every backend. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding?: NativeBinding;
  /** Runs an operator of the library. @returns Owned by the current scope. */
  executeSingleOutput(
    operator: string,
    attributes: readonly OperatorAttribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor;
  /** @returns As many tensors as `outputs`. */
  executeMultipleOutputs(
    operator: string,
    attributes: readonly OperatorAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** An attribute of an operator as the binding takes it. */
interface OperatorAttribute {
  readonly name: string;
  /** A number of the C interface. */
  readonly type: number;
  readonly value: number | boolean | string;
}

/** The current backend, which is that of the package. */
export function nativeBackend(): NativeBackend {
  return tf.backend() as unknown as NativeBackend;
}

/** The addon behind the current backend. @throws {TypeError} When that is another one. */
export function nativeBinding(): NativeBinding {
  const { binding } = nativeBackend();
  if (binding === undefined) throw new TypeError('Expected the backend `tensorflow`');
  return binding;
}

/** False only for what stands for the package in tests, which has kernels and no operators of the library. */
export function runsOperators(backend: NativeBackend): boolean {
  return 'executeMultipleOutputs' in backend;
}

/** Makes attributes of a value's own type; `float32` is the type of numbers by that name. */
export function attributesOf(
  { binding }: NativeBackend,
  values: Readonly<Record<string, 'float32' | Numbered | boolean | Text>>,
): readonly OperatorAttribute[] {
  if (binding === undefined) throw new TypeError('Expected a backend with a native binding');
  return Object.entries(values).map(([name, value]) => {
    if (value === 'float32') {
      return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    }
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if ('number' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.number };
    return { name, type: binding.TF_ATTR_STRING, value: value.text };
  });
}

interface Numbered {
  readonly number: number;
}

interface Text {
  readonly text: string;
}
