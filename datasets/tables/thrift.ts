/*
 * Thrift's compact protocol, in which Parquet writes its metadata. Everything that a damaged file may claim is bounded by
 * the bytes that there are: lengths of texts and lists, digits of numbers, depth of structs.
 * See https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** A value of Thrift. Numbers above 2^53 are rounded. */
export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields of a struct by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Deepest nesting; the metadata of Parquet has some six levels. */
const deepest = 24;

/**
 * Reads a struct.
 *
 * @returns The struct and the offset behind it.
 * @throws {Error} When it is damaged, or does not end in these bytes.
 */
export function readThrift(
  bytes: Uint8Array,
  from = 0,
): { readonly value: ThriftStruct; readonly end: number } {
  let at = from;
  const byte = (): number => {
    const value = bytes[at];
    if (value === undefined) throw new Error('its metadata ends too early');
    at += 1;
    return value;
  };
  const varint = (): number => {
    let value = 0;
    for (let factor = 1, digits = 0; digits < 10; digits += 1, factor *= 128) {
      const next = byte();
      value += (next & 0x7f) * factor;
      if (next < 128) return value;
    }
    throw new Error('its metadata has a number that is none');
  };
  const signed = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const count = (value: number): number => {
    if (value > bytes.length - at) throw new Error('its metadata ends too early');
    return value;
  };
  const binary = (): Uint8Array => {
    const length = count(varint());
    at += length;
    return bytes.subarray(at - length, at);
  };
  const list = (depth: number): readonly ThriftValue[] => {
    const head = byte();
    const length = count(head >> 4 === 15 ? varint() : head >> 4);
    const kind = head & 15;
    return Array.from({ length }, () =>
      kind === 1 || kind === 2 ? byte() === 1 : element(kind, depth),
    );
  };
  const element = (kind: number, depth: number): ThriftValue => {
    if (kind === 1 || kind === 2) return kind === 1;
    if (kind === 3) return (byte() << 24) >> 24;
    if (kind >= 4 && kind <= 6) return signed();
    if (kind === 7) {
      at += count(8);
      return 0;
    }
    if (kind === 8) return binary();
    if (kind === 9) return list(depth + 1);
    if (kind === 12) return struct(depth + 1);
    throw new Error(`its metadata has a value of an unknown kind, ${kind}`);
  };
  const struct = (depth: number): ThriftStruct => {
    if (depth > deepest) throw new Error('its metadata is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    for (let number = 0, head = byte(); (head & 15) !== 0; head = byte()) {
      number = head >> 4 === 0 ? signed() : number + (head >> 4);
      fields.set(number, element(head & 15, depth));
    }
    return fields;
  };
  const value = struct(0);
  return { value, end: at };
}

/** A number of a struct; undefined when it has none. @throws {Error} When it is something else. */
export function numberAt(struct: ThriftStruct, field: number): number | undefined {
  const value = struct.get(field);
  if (value === undefined || typeof value === 'number') return value;
  throw new Error(`its metadata has no number where one belongs (${field})`);
}

/** A whole number of a struct from 0 to `most`. @throws {Error} When it has none, or another. */
export function countAt(
  struct: ThriftStruct,
  field: number,
  what: string,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = numberAt(struct, field);
  if (value !== undefined && value >= 0 && value <= most) return value;
  throw new Error(`its metadata gives ${value ?? 'nothing'} for ${what}`);
}

/** A text of a struct; undefined when it has none. */
export function textAt(struct: ThriftStruct, field: number): string | undefined {
  const value = struct.get(field);
  if (value === undefined) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  throw new Error(`its metadata has no text where one belongs (${field})`);
}

/** A struct of a struct; undefined when it has none. */
export function structAt(struct: ThriftStruct, field: number): ThriftStruct | undefined {
  const value = struct.get(field);
  if (value === undefined || value instanceof Map) return value as ThriftStruct | undefined;
  throw new Error(`its metadata has no struct where one belongs (${field})`);
}

/** A list of a struct, empty when it has none. */
export function listAt(struct: ThriftStruct, field: number): readonly ThriftValue[] {
  const value = struct.get(field) ?? [];
  if (Array.isArray(value)) return value as readonly ThriftValue[];
  throw new Error(`its metadata has no list where one belongs (${field})`);
}

/** Structs of a list of a struct. */
export function structsAt(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  return listAt(struct, field).map((value) => {
    if (value instanceof Map) return value;
    throw new Error(`its metadata has no struct where one belongs (${field})`);
  });
}
