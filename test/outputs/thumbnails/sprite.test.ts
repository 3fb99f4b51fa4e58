import test from 'ava';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { drawSprite, mostInSprite, mostKept } from '../../../outputs/thumbnails/sprite.ts';
import { spriteNotes } from '../../../outputs/thumbnails/sprite-notes.ts';
import { coloured } from '../../helpers/coloured-images.ts';

async function pixel(jpeg: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

const colours = { red: [250, 0, 0], green: [0, 250, 0], blue: [0, 0, 250] } as const;

test('thumbnails stand row by row in a square grid, each the middle of its image; what is missing is grey', async (t) => {
  const wanted = ['red', 'gone', 'blue', 'green', 'red'].map((id) => ({ id }));
  const sprite = await drawSprite(coloured(colours), wanted, { side: 32 });
  t.like(sprite, { side: 32, columns: 3, count: 5, missingCount: 1, changedCount: 0 });
  t.deepEqual(sprite.missing, [{ id: 'gone', reason: 'there is no `gone`' }]);
  const { width, height, format } = await sharp(sprite.jpeg).metadata();
  t.deepEqual([width, height, format], [96, 96, 'jpeg']);
  const grey = [128, 128, 128];
  const expected = [colours.red, grey, colours.blue, colours.green, colours.red, grey, grey];
  for (const [place, colour] of expected.entries()) {
    // A corner of the cell and its middle: neither a neighbour nor the black sides reach there.
    for (const within of [1, 16]) {
      const [x, y] = [32 * (place % 3) + within, 32 * Math.floor(place / 3) + within];
      const found = await pixel(sprite.jpeg, x, y);
      t.true(
        found.every((value, channel) => Math.abs(value - colour[channel]!) <= 8),
        `${place}: ${found.join(' ')}`,
      );
    }
  }
});

test('the same images give the same bytes', async (t) => {
  const draw = async () =>
    (await drawSprite(coloured(colours), [{ id: 'red' }, { id: 'blue' }])).jpeg;
  t.deepEqual(await draw(), await draw());
});

test('images that are missing or have changed are counted, and the first are named', async (t) => {
  const gone = Array.from({ length: 30 }, (_, at) => ({ id: `gone ${at}` }));
  const wanted = [...gone, { id: 'red', sha256: 'other' }, { id: 'blue', sha256: 'other' }];
  const sprite = await drawSprite(coloured(colours), wanted);
  t.like(sprite, { missingCount: 30, changedCount: 2, changed: ['red', 'blue'] });
  t.is(sprite.missing.length, mostKept);
  t.deepEqual(spriteNotes(sprite, 'photos'), [
    '30 images have no thumbnail but a grey cell. The first one: there is no `gone 0`',
    '2 images have other bytes in `photos` than when the vectors were made: `red` is the first. Thumbnails show what they are now',
  ]);
});

test('a sprite of none, of too many, or of a side that blocks of JPEG do not fit is refused', async (t) => {
  const source = coloured(colours);
  t.is(mostInSprite(32), 65_536);
  await t.throwsAsync(drawSprite(source, []), { instanceOf: RangeError });
  const many = Array.from({ length: 65_537 }, () => ({ id: 'red' }));
  await t.throwsAsync(drawSprite(source, many), { instanceOf: RangeError, message: /1 to 65536/u });
  await t.throwsAsync(drawSprite(source, [{ id: 'red' }], { side: 30 }), {
    instanceOf: RangeError,
  });
});

test('drawing ends with the reason of its signal, and tells how far it is', async (t) => {
  const reason = new Error('enough');
  const abort = new AbortController();
  const done: number[] = [];
  const onImage = (at: number): void => {
    done.push(at);
    abort.abort(reason);
  };
  const wanted = [{ id: 'red' }, { id: 'blue' }];
  const { signal } = abort;
  await t.throwsAsync(drawSprite(coloured(colours), wanted, { signal, onImage }), { is: reason });
  t.deepEqual(done, [1]);
});
