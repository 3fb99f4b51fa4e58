import test from 'ava';
import { packImages, unpackImages } from '../../../operators/image/packed-images.ts';
import type { RgbImage } from '../../../operators/types.ts';

const image = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, at) => at % 256),
});

test('images come out of the one buffer as they went in, whatever their sizes', (t) => {
  for (const images of [[], [image(2, 3)], [image(1, 1), image(9, 4), image(3, 5)]]) {
    t.deepEqual(unpackImages(packImages(images)), images);
  }
});

test('pixels are copied', (t) => {
  const given = image(1, 1);
  const [packed] = unpackImages(packImages([given]));
  given.data[0] = 99;
  t.is(packed!.data[0], 0);
});

test('spare memory is used when it is large enough', (t) => {
  const images = [image(2, 2), image(1, 2)];
  const spare = new Uint8Array(18 + 5);
  const packed = packImages(images, spare);
  t.is(packed.bytes, spare);
  t.deepEqual(unpackImages(packed), images);
  t.not(packImages([image(9, 9)], spare).bytes, spare);
});
