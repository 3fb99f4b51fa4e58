import test from 'ava';
import type { ModelPorts } from '../../../operators/engine/interface/engine.ts';
import { parseSidecar } from '../../../outputs/model/model-sidecar.ts';
import { inputPreprocessing } from '../../../pipeline/parts/input-preprocessing.ts';

const ports: ModelPorts = {
  input: 'pixels',
  inputType: 'uint8',
  layout: 'NCHW',
  fixedRows: null,
  embedding: { name: 'vector' },
  projection: null,
};

const sidecar = {
  imageSize: 8,
  resize: { squash: 8 },
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
} as const;

for (const [rounding, rounded] of [
  ['none', '8bit'],
  ['none-torch', '8bit-torch'],
] as const) {
  test(`a model of bytes takes them as they are, resized as bytes, not as ${rounding}`, (t) => {
    const given = parseSidecar({ ...sidecar, rounding });
    const { preprocessing, notes } = inputPreprocessing({ layout: 'NCHW', ports }, given);
    t.is(preprocessing.rounding, rounded);
    t.deepEqual(
      [preprocessing.rescale, preprocessing.mean, preprocessing.std],
      [1, [0, 0, 0], [1, 1, 1]],
    );
    t.regex(notes[0]!, /`pixels` is uint8/u);
  });
}

test('a model of float32 gets what its sidecar says', (t) => {
  const given = parseSidecar({ ...sidecar, rounding: 'none-torch' });
  const float = { layout: 'NCHW', ports: { ...ports, inputType: 'float32' } } as const;
  const { preprocessing, notes } = inputPreprocessing(float, given);
  t.is(preprocessing.rounding, 'none-torch');
  t.deepEqual(notes, []);
});
