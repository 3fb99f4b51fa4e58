import { lossTile, tileInputs } from '../../loss/loss-tile.ts';
import type { TileCompiler } from '../../loss/tiled-loss.ts';
import { tf } from '../../tensor/tf.ts';

/** Tiles on the current TensorFlow.js backend, operator by operator. */
export const eagerTileCompiler: TileCompiler = async (spec) => {
  const ports = tileInputs(spec);
  return {
    async run(inputs) {
      const outputs = tf.tidy(() => {
        const tensors = ports.map(({ name, shape, dtype }) => [
          name,
          // Every port of this tile has its array. Copied, because the backend keeps what it is given.
          tf.tensor(inputs[name]!.slice(), [...shape], dtype),
        ]);
        return lossTile(spec, Object.fromEntries(tensors) as Record<string, tf.Tensor>);
      });
      const values = Object.entries(outputs).map(([name, x]) => [name, x.dataSync().slice()]);
      tf.dispose(outputs);
      // Every output of a tile is float32.
      return Object.fromEntries(values) as Record<string, Float32Array>;
    },
    async release() {},
  };
};
