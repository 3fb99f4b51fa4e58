import test from 'ava';
import { makeInputs } from '../../../operators/image/make-inputs.ts';
import { openImageWorkers } from '../../../operators/loading/image-workers.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { plainBytes } from '../../helpers/model-fixtures.ts';

const image = (value: number, side: number): RgbImage => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * value) % 256),
});

test('inputs from the thread are those of makeInputs, also in memory that was given back', async (t) => {
  const viewer = await openImageWorkers({ threads: 1 });
  t.teardown(() => viewer.close());
  const preprocessing = { ...plainBytes, resize: { squash: 32 } };
  // More images, fewer, larger, smaller: neither pixels nor inputs of an earlier batch may shine through.
  for (const [round, sides] of [[9, 40], [9, 40], [60], [3, 3], [70, 2]].entries()) {
    const images = sides.map((side, at) => image(7 + round + at, side));
    const inputs = await viewer.makeInputs({ images, preprocessing });
    t.deepEqual(inputs, makeInputs(images, preprocessing));
    viewer.recycle(inputs);
  }
});

test('a preprocessing out of range is refused before it travels', async (t) => {
  const viewer = await openImageWorkers({ threads: 1 });
  t.teardown(() => viewer.close());
  const preprocessing = { ...plainBytes, imageSize: 0 };
  await t.throwsAsync(viewer.makeInputs({ images: [image(1, 2)], preprocessing }), {
    instanceOf: RangeError,
    message: /`imageSize` of the preprocessing/,
  });
});
