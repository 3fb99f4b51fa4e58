import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import test from 'ava';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { headNames, weightShapes } from '../../../operators/model/weight-shapes.ts';
import type { StemName } from '../../../operators/model/stems.ts';
import type { EncoderName } from '../../../operators/model/encoders.ts';
import type { EncoderSpec } from '../../../operators/model/encoder-spec.ts';
import { formulaNumbers, formulaWeights } from '../../helpers/formula-weights.ts';
import { fixture } from '../../helpers/project.ts';
import { near } from '../../helpers/tensors.ts';
import { opened } from '../../helpers/opened.ts';

/** What torchvision computed: see `make.py` beside the file. */
interface Expected {
  /** SHA-256 over names and shapes in order, without `fc` and `num_batches_tracked`. */
  readonly stateDicts: Readonly<Record<string, string>>;
  readonly features: readonly {
    readonly architecture: EncoderName;
    readonly stem: StemName;
    readonly imageSize: number;
    readonly embedding: readonly number[];
  }[];
}

const file = fixture('torchvision/expected.json');
const { stateDicts, features } = JSON.parse(await fs.readFile(file, 'utf8')) as Expected;

for (const architecture of ['resnet18', 'resnet34', 'resnet50', 'resnet101'] as const) {
  test(`${architecture} has the names, shapes and order of torchvision's state dict`, (t) => {
    const spec: EncoderSpec = { architecture, stem: 'imagenet', head: 'mlp', projectionSize: 8 };
    const head = headNames(spec);
    const listed = [...weightShapes(spec)].flatMap(([name, { shape }]) =>
      head.has(name) ? [] : [[name, shape]],
    );
    const hash = createHash('sha256').update(JSON.stringify(listed)).digest('hex');
    t.true(hash === stateDicts[architecture]);
  });
}

for (const { architecture, stem, imageSize, embedding } of features) {
  test(`${architecture} with the ${stem} stem computes the features of torchvision`, async (t) => {
    const spec: EncoderSpec = { architecture, stem, head: 'linear', projectionSize: 2 };
    const engine = await opened(t, openOnnxEngine({ threads: 1 }));
    try {
      const session = await engine.createEncoder(spec, formulaWeights(spec), {
        rows: 1,
        imageSize,
      });
      const numbers = formulaNumbers(imageSize * imageSize * 3, 0);
      const { embedding: ours } = await session.run(Float32Array.from(numbers, (u) => 2 * u - 1));
      t.is(session.embeddingSize, embedding.length);
      // Float32 on both sides, BatchNorm folded into the filters on ours.
      near(t, ours, embedding, 1e-4);
    } finally {
      await engine.close();
    }
  });
}
