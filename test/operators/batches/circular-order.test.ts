import test from 'ava';
import fc from 'fast-check';
import { circularOrder } from '../../../operators/batches/circular-order.ts';

const shape = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  window: fc.integer({ min: 1, max: 45 }),
  seed: fc.integer(),
});

const walked = (count: number, window: number, seed: number, places: number) => {
  const order = circularOrder(count, window, seed);
  return Array.from({ length: places }, (_, index) => order.at(index));
};

test('every turn holds each item once, and says how many turns came before', (t) => {
  fc.assert(
    fc.property(shape, ({ count, window, seed }) => {
      const places = walked(count, window, seed, count * 4);
      for (let turn = 0; turn < 4; turn += 1) {
        const inTurn = places.slice(turn * count, (turn + 1) * count);
        const items = inTurn.map(({ item }) => item).sort((a, b) => a - b);
        t.deepEqual(items, [...Array(count).keys()]);
        t.true(inTurn.every((place) => place.turn === turn));
      }
    }),
    { seed: 1 },
  );
});

test('no item comes twice within the window unless there are fewer items', (t) => {
  fc.assert(
    fc.property(shape, ({ count, window, seed }) => {
      const items = walked(count, window, seed, count * 5).map(({ item }) => item);
      const span = Math.min(window, count);
      for (let first = 0; first + span <= items.length; first += 1) {
        t.is(new Set(items.slice(first, first + span)).size, span);
      }
    }),
    { seed: 2 },
  );
});

test('any place can be asked for in any order', (t) => {
  fc.assert(
    fc.property(
      shape,
      fc.array(fc.nat(400), { maxLength: 30 }),
      ({ count, window, seed }, asked) => {
        const expected = walked(count, window, seed, 401);
        const order = circularOrder(count, window, seed);
        t.deepEqual(
          asked.map((index) => order.at(index)),
          asked.map((index) => expected[index]),
        );
      },
    ),
    { seed: 3 },
  );
});

test('turns differ when there is room to shuffle, and repeat when there is not', (t) => {
  const roomy = circularOrder(60, 20, 'seed');
  t.notDeepEqual([...roomy.turn(0)], [...roomy.turn(1)]);
  const tight = circularOrder(59, 20, 'seed');
  t.deepEqual([...tight.turn(0)], [...tight.turn(1)]);
});

test('keys decide the order', (t) => {
  t.deepEqual([...circularOrder(50, 2, 'a', 1).turn(3)], [...circularOrder(50, 2, 'a', 1).turn(3)]);
  t.notDeepEqual(
    [...circularOrder(50, 2, 'a', 1).turn(3)],
    [...circularOrder(50, 2, 'a', 2).turn(3)],
  );
});
