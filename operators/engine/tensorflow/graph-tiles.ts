import { tileInputs } from '../../loss/loss-tile.ts';
import type { TileCompiler } from '../../loss/tiled-loss.ts';
import { tensorflowTarget } from '../../onnx/graph/lowering-target.ts';
import { openGraphSession } from '../../tensorflow/graph-session.ts';
import type { NativeBinding } from '../../tensorflow/native-binding.ts';
import { traceLossTile } from '../programs/trace-loss-tile.ts';

/** Compiles tiles of a loss as graphs. */
export function graphTileCompiler(binding: NativeBinding): TileCompiler {
  return async (spec) => {
    const model = traceLossTile(spec, tensorflowTarget);
    const programs = [{ name: 'tile', model }];
    const session = openGraphSession(binding, { variables: new Map(), programs });
    const ports = tileInputs(spec);
    return {
      async run(inputs) {
        // Every port of this tile has its array.
        const given = ports.map(({ name, shape }) => [name, { values: inputs[name]!, shape }]);
        return session.run('tile', Object.fromEntries(given));
      },
      release: async () => session.release(),
    };
  };
}
