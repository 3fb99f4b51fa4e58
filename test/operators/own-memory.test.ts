import test from 'ava';
import { ownMemory } from '../../operators/own-memory.ts';
import { sharedFloat32, sharedInt32 } from '../../operators/threads/shared-memory.ts';

test('values of shared memory are copied into memory of their own, whole and in their type', (t) => {
  const own = ownMemory();
  const shared = sharedFloat32(4);
  shared.set([1, 2, 3, 4]);
  const copied = own(shared.subarray(1, 3));
  t.false(copied.buffer instanceof SharedArrayBuffer);
  t.deepEqual(copied, Float32Array.of(2, 3));
  const numbers = sharedInt32(3);
  numbers.set([-1, 0, 7]);
  t.deepEqual(own(numbers), Int32Array.of(-1, 0, 7));
});

test('memory grows with what is copied, and serves smaller values again', (t) => {
  const own = ownMemory();
  const first = own(sharedFloat32(2)).buffer;
  const larger = own(sharedFloat32(8)).buffer;
  t.not(larger, first);
  t.is(own(sharedFloat32(3)).buffer, larger);
  t.is(own(sharedFloat32(3)).length, 3);
});

test('values that nobody shares are passed on as they are', (t) => {
  const values = Float32Array.of(1, 2);
  t.is(ownMemory()(values), values);
});
