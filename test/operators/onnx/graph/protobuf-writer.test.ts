import test from 'ava';
import { ProtobufWriter } from '../../../../operators/onnx/graph/protobuf-writer.ts';

const hex = (writer: ProtobufWriter): string => Buffer.from(writer.finish()).toString('hex');

// Expected bytes from the examples in https://protobuf.dev/programming-guides/encoding/.
test('writes 150 in field 1 as in the protobuf guide', (t) => {
  t.is(hex(new ProtobufWriter().integer(1, 150)), '089601');
});

test('writes "testing" in field 2 as in the protobuf guide', (t) => {
  t.is(hex(new ProtobufWriter().text(2, 'testing')), '120774657374696e67');
});

test('writes a nested message as in the protobuf guide', (t) => {
  t.is(hex(new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150))), '1a03089601');
});

test('writes packed integers as in the protobuf guide', (t) => {
  t.is(hex(new ProtobufWriter().packedIntegers(6, [3, 270, 86942])), '3206038e029ea705');
});

test('writes -2 in ten bytes as in the protobuf guide', (t) => {
  t.is(hex(new ProtobufWriter().integer(1, -2)), '08feffffffffffffffff01');
});

test('writes a float in little-endian order', (t) => {
  t.is(hex(new ProtobufWriter().float(2, 1)), '150000803f');
});

test('refuses an integer that a number cannot hold', (t) => {
  t.throws(() => new ProtobufWriter().integer(1, 2 ** 53), { instanceOf: RangeError });
});
