import { tileInputs, tileOutputs } from '../../loss/loss-tile.ts';
import type { TileCompiler } from '../../loss/tiled-loss.ts';
import type { Placement } from '../../onnx/placement.ts';
import { createSession, type Runtime, runSession, writtenInto } from '../../onnx/runtime.ts';
import { traceLossTile } from '../programs/trace-loss-tile.ts';

/** Compiles tiles for ONNX Runtime. Belongs to the thread of an engine. */
export function tileCompiler(runtime: Runtime, placement: Placement): TileCompiler {
  return async (spec) => {
    const session = await createSession(runtime, traceLossTile(spec, placement.target), placement);
    const ports = tileInputs(spec);
    const { rows, sameClass, otherClass, size } = spec.shape;
    // The large outputs are written into the same memory again and again: fresh pages would cost more than the sums.
    const scratch = (count: number): InstanceType<typeof runtime.Tensor> =>
      new runtime.Tensor('float32', new Float32Array(count * size), [count, size]);
    const large = spec.gradient
      ? {
          [tileOutputs.anchors]: scratch(rows),
          [tileOutputs.sameClass]: scratch(sameClass),
          ...(otherClass > 0 ? { [tileOutputs.otherClass]: scratch(otherClass) } : {}),
        }
      : {};
    const into = writtenInto(session, large);
    return {
      async run(inputs) {
        const feeds = ports.map(({ name, shape, dtype }) => {
          // Every port of this tile has its array.
          const values = inputs[name]!;
          return [
            name,
            dtype === 'int32'
              ? new runtime.Tensor('int32', values as Int32Array, shape)
              : new runtime.Tensor('float32', values as Float32Array, shape),
          ] as const;
        });
        const outputs = await runSession(session, Object.fromEntries(feeds), into);
        return Object.fromEntries(
          // Every output of a tile is float32.
          Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
        );
      },
      release: () => session.release(),
    };
  };
}
