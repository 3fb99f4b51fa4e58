import test from 'ava';
import fc from 'fast-check';
import { PipelineError } from '../../../operators/errors.ts';
import { batchMemory } from '../../../operators/loading/batch-memory.ts';

test('memory that came back is used again, and no two batches share any', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 60 }), (choices) => {
      const memory = batchMemory();
      const held: Float32Array[] = [];
      for (const choice of choices) {
        if (choice < 3) held.push(memory.take(8));
        else {
          const back = held.splice(choice % Math.max(1, held.length), 1)[0];
          if (back !== undefined) memory.giveBack(back);
        }
        if (new Set(held.map(({ buffer }) => buffer)).size !== held.length) return false;
      }
      return memory.spare <= choices.length;
    }),
  );
  const memory = batchMemory();
  const first = memory.take(8);
  memory.giveBack(first);
  t.is(memory.take(8).buffer, first.buffer);
});

test('what is given back twice, or was never taken, is left alone', (t) => {
  const memory = batchMemory();
  const pixels = memory.take(8);
  memory.giveBack(pixels);
  memory.giveBack(pixels);
  memory.giveBack(new Float32Array(8));
  t.is(memory.spare, 1);
});

test('a part of a batch brings all of its memory back', (t) => {
  const memory = batchMemory();
  memory.giveBack(memory.take(8).subarray(0, 4));
  t.is(memory.take(8).length, 8);
  t.is(memory.spare, 0);
});

test('memory of another length is not kept', (t) => {
  const memory = batchMemory();
  const [small, large] = [memory.take(4), memory.take(8)];
  memory.giveBack(small);
  memory.giveBack(large);
  t.is(memory.spare, 1);
  t.is(memory.take(8).buffer, large.buffer);
});

test('a batch that no memory holds is refused with the way out', (t) => {
  const error = t.throws(() => batchMemory().take(2 ** 51), { instanceOf: PipelineError });
  t.like(error, { code: 'ERR_ENGINE', options: ['batchSize', 'views', 'imageSize'] });
});
