import test from 'ava';
import { microBatchSize } from '../../../../operators/engine/tensorflow/micro-batch-size.ts';

test('a batch that fits is one part, a larger one is cut into even parts', (t) => {
  const cases = [
    [{ rows: 1, imageSize: 32 }, 1],
    [{ rows: 64, imageSize: 32 }, 64],
    [{ rows: 1024, imageSize: 32 }, 1024],
    [{ rows: 1025, imageSize: 32 }, 513],
    [{ rows: 30, imageSize: 224 }, 15],
    [{ rows: 20, imageSize: 224 }, 20],
    [{ rows: 5, imageSize: 4096 }, 1],
  ] as const;
  for (const [shape, expected] of cases) t.is(microBatchSize(shape), expected);
});
