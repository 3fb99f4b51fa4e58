import type { Slot, Table } from './check-flatbuffer.ts';

// Tables of Arrow's metadata, slot by slot, as its files `Schema.fbs`, `Message.fbs` and `File.fbs` number them.
// See https://github.com/apache/arrow/tree/main/format

const pair: Table = ['text', 'text'];
const pairs: Slot = { tables: () => pair };

/** Slots of the types that have any, by their number in the union `Type`. */
const types: Readonly<Record<number, Table>> = {
  // Int, FloatingPoint
  2: [4, 1],
  3: [2],
  // Decimal, Date, Time, Timestamp, Interval
  7: [4, 4, 4],
  8: [2],
  9: [2, 4],
  10: [2, 'text'],
  11: [2],
  // Union, FixedSizeBinary, FixedSizeList, Map, Duration
  14: [2, { structs: 4 }],
  15: [4],
  16: [4],
  17: [1],
  18: [2],
};

const integer: Table = [4, 1];
const dictionaryEncoding: Table = [8, { table: () => integer }, 1, 2];

const field: Table = [
  'text',
  1,
  1,
  { oneOf: (type) => types[type] ?? [] },
  { table: () => dictionaryEncoding },
  { tables: () => field },
  pairs,
];

const schema: Table = [2, { tables: () => field }, pairs, { structs: 8 }];
const compression: Table = [1, 1];
const recordBatch: Table = [
  8,
  { structs: 16 },
  { structs: 16 },
  { table: () => compression },
  { structs: 8 },
];
const dictionaryBatch: Table = [8, { table: () => recordBatch }, 1];
const headers: Readonly<Record<number, Table>> = { 1: schema, 2: dictionaryBatch, 3: recordBatch };

/** Header of a message. */
export const messageTable: Table = [2, 1, { oneOf: (type) => headers[type] ?? [] }, 8, pairs];

/** Footer of a file. */
export const footerTable: Table = [
  2,
  { table: () => schema },
  { structs: 24 },
  { structs: 24 },
  pairs,
];
