import test from 'ava';
import { spareBuffers } from '../../../operators/image/spare-buffers.ts';

test('memory that was kept is given out again, once', (t) => {
  const spare = spareBuffers();
  t.is(spare.bytes(), undefined);
  t.is(spare.inputs(), undefined);
  const [bytes, inputs] = [new Uint8Array(4), new Float32Array(4)];
  spare.keepBytes(bytes);
  spare.keepInputs(inputs);
  t.is(spare.bytes(), bytes);
  t.is(spare.inputs()?.buffer, inputs.buffer);
  t.is(spare.bytes(), undefined);
  t.is(spare.inputs(), undefined);
});

test('inputs that do not fill their buffer, or are shared, are not kept', (t) => {
  const spare = spareBuffers();
  spare.keepInputs(new Float32Array(4).subarray(1));
  spare.keepInputs(new Float32Array(new SharedArrayBuffer(16)));
  t.is(spare.inputs(), undefined);
});

test('inputs of another length replace those that were kept', (t) => {
  const spare = spareBuffers();
  for (const length of [4, 4, 8]) spare.keepInputs(new Float32Array(length));
  t.is(spare.inputs()?.length, 8);
  t.is(spare.inputs(), undefined);
});
