/**
 * Messages of TensorBoard, in the wire format of Protocol Buffers: as few of their fields as scalars need.
 *
 * ```
 * Event      1 wall_time double │ 2 step int64 │ 3 file_version string │ 5 summary │ 7 session_log
 * Summary    1 value …
 * Value      1 tag string │ 2 simple_value float
 * SessionLog 1 status: 1 is START
 * ```
 *
 * @see tensorboard/compat/proto/event.proto and summary.proto in tensorflow/tensorboard.
 */
export function versionEvent(seconds: number): Buffer {
  return Buffer.concat([wallTime(seconds), bytesField(3, Buffer.from('brain.Event:2'))]);
}

/** Says that rows of `step` and later steps that stand in earlier files are void. */
export function startEvent(seconds: number, step: number): Buffer {
  return Buffer.concat([wallTime(seconds), varintField(2, step), bytesField(7, varintField(1, 1))]);
}

/** Scalars of a step, each under its tag. */
export function scalarsEvent(
  seconds: number,
  step: number,
  values: Readonly<Record<string, number>>,
): Buffer {
  const summary = Object.entries(values).map(([tag, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
  );
  return Buffer.concat([
    wallTime(seconds),
    varintField(2, step),
    bytesField(5, Buffer.concat(summary)),
  ]);
}

function wallTime(seconds: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = (1 << 3) | 1;
  bytes.writeDoubleLE(seconds, 1);
  return bytes;
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = (field << 3) | 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of((field << 3) | 2), varint(bytes.byteLength), bytes]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(field << 3), varint(value)]);
}

/** Base-128 varint of a safe integer of at least 0. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}
