import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { TraceBackend, traceBackendName } from '../graph/trace-backend.ts';
import type { Traced } from '../graph/traced.ts';

/** Operands of a kernel by the names that tfjs gives them; positions where it passes a list. */
export type Operands = Readonly<Record<string, Traced>>;

/** Lowering of a kernel call into the graph. */
export type Lowering = (
  graph: GraphBuilder,
  operands: Operands,
  attrs: tf.NamedAttrMap,
) => Traced | readonly Traced[];

/** Registers the lowering of a TensorFlow.js kernel. */
export function registerKernel(kernelName: string, lower: Lowering): void {
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc({ inputs, attrs = {}, backend }) {
      if (!(backend instanceof TraceBackend)) {
        throw new TypeError(
          `Expected the \`${traceBackendName}\` backend to run \`${kernelName}\``,
        );
      }
      const operands: Record<string, Traced> = {};
      for (const [name, info] of Object.entries(inputs)) {
        if (info !== undefined) operands[name] = backend.get(info);
      }
      const results = lower(backend.graph, operands, attrs);
      return 'kind' in results
        ? backend.put(results)
        : results.map((result) => backend.put(result));
    },
  });
}

/** A required operand. */
export function operand(operands: Operands, name: string): Traced {
  const traced = operands[name];
  if (traced === undefined) throw new TypeError(`Expected an operand \`${name}\``);
  return traced;
}
