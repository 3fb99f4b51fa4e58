import { ConvertedTypes, FieldRepetitionTypes, ParquetTypes } from 'hyparquet/src/constants.js';
import type { ParquetType, SchemaElement, SchemaTree } from 'hyparquet';
import { countAt, numberAt, structAt, structsAt, textAt, type ThriftStruct } from './thrift.ts';
import type { ColumnKind, TableColumn } from './table-file.ts';
import type { NumberType } from './vector-numbers.ts';

/** A leaf of a Parquet schema, which has a column chunk in each row group. */
export interface ParquetLeaf extends TableColumn {
  readonly physical: ParquetType;
  /** Bytes of a value of a fixed length. */
  readonly width: number | undefined;
  /** From the root to the leaf, as hyparquet takes them. */
  readonly schemaPath: SchemaTree[];
  readonly isUnsigned: boolean;
  /** Definition level of a value that is there. */
  readonly definition: number;
  /** Definition level of an element of the list, a null one included; 0 outside of lists. */
  readonly elementDefinition: number;
  /** How many lists it lies in. */
  readonly repetition: number;
}

/** Deepest nesting of columns. */
const deepest = 32;

interface Node extends SchemaTree {
  readonly children: Node[];
  readonly annotation: string | undefined;
}

/** The leaves of a schema in order. @throws {Error} When it is damaged. */
export function parquetLeaves(metadata: ThriftStruct): readonly ParquetLeaf[] {
  const elements = structsAt(metadata, 2);
  let next = 0;
  const nodeOf = (path: string[]): Node => {
    const struct = elements[next];
    if (struct === undefined || path.length > deepest) throw new Error('its schema is damaged');
    next += 1;
    const children = numberAt(struct, 5) ?? 0;
    if (children < 0 || children > elements.length) throw new Error('its schema is damaged');
    const name = textAt(struct, 4) ?? '';
    const own = next === 1 ? [] : [...path, name];
    const element = elementOf(struct, name);
    const nodes = Array.from({ length: children }, () => nodeOf(own));
    return { element, children: nodes, path: own, count: 1, annotation: annotationOf(struct) };
  };
  const root = nodeOf([]);
  return leavesBelow([root]);
}

function elementOf(struct: ThriftStruct, name: string): SchemaElement {
  const type = numberAt(struct, 1);
  const physical = type === undefined ? undefined : ParquetTypes[type];
  const width = numberAt(struct, 2);
  const repetition = FieldRepetitionTypes[numberAt(struct, 3) ?? 0];
  return {
    name,
    ...(physical === undefined ? {} : { type: physical }),
    ...(width === undefined ? {} : { type_length: width }),
    ...(repetition === undefined ? {} : { repetition_type: repetition }),
  };
}

const logicalTypes: Readonly<Record<number, string>> = {
  1: 'STRING',
  2: 'MAP',
  3: 'LIST',
  4: 'ENUM',
  5: 'DECIMAL',
  6: 'DATE',
  7: 'TIME',
  8: 'TIMESTAMP',
  10: 'INTEGER',
  11: 'NULL',
  12: 'JSON',
  13: 'BSON',
  14: 'UUID',
  15: 'FLOAT16',
};

/** What the bytes of an element mean: its logical type, else its older converted type. */
function annotationOf(struct: ThriftStruct): string | undefined {
  const logical = structAt(struct, 10);
  const [number] = logical?.keys() ?? [];
  if (logical !== undefined && number !== undefined) {
    const isUnsigned = number === 10 && structAt(logical, 10)?.get(2) === false;
    return isUnsigned ? 'UNSIGNED' : (logicalTypes[number] ?? 'UNKNOWN');
  }
  const converted = ConvertedTypes[numberAt(struct, 6) ?? -1];
  if (converted === undefined) return undefined;
  if (converted === 'UTF8') return 'STRING';
  if (converted.startsWith('UINT_')) return 'UNSIGNED';
  return converted.startsWith('INT_') ? 'INTEGER' : converted;
}

function leavesBelow(path: Node[]): readonly ParquetLeaf[] {
  const node = path.at(-1)!;
  if (node.element.type === undefined) {
    return node.children.flatMap((child) => leavesBelow([...path, child]));
  }
  if (node.children.length > 0) throw new Error('its schema is damaged');
  return [leafOf(path, node, node.element.type)];
}

function leafOf(path: Node[], node: Node, physical: ParquetType): ParquetLeaf {
  const below = path.slice(1);
  const isOptional = (one: Node): boolean => one.element.repetition_type !== 'REQUIRED';
  const isRepeated = (one: Node): boolean => one.element.repetition_type === 'REPEATED';
  const repetition = below.filter(isRepeated).length;
  const repeatedAt = below.findIndex(isRepeated);
  const isMap = below.some(({ annotation }) => annotation?.startsWith('MAP') === true);
  const kind = repetition > 1 || isMap ? 'other' : kindOf(physical, node.annotation);
  const numbers = numberType(node);
  const isVector = repetition === 1 && !isMap && numbers !== undefined;
  return {
    name: namesOf(below).join('.'),
    kind,
    isList: repetition > 0,
    type: `${isMap ? 'map of ' : repetition > 0 ? 'list of '.repeat(repetition) : ''}${typeName(physical, node.annotation)}`,
    physical,
    width: node.element.type_length,
    schemaPath: path,
    isUnsigned: node.annotation === 'UNSIGNED',
    definition: below.filter(isOptional).length,
    elementDefinition: below.slice(0, repeatedAt + 1).filter(isOptional).length,
    repetition,
    vector: isVector ? { numbers, dim: null } : undefined,
  };
}

/** Type of numbers of a vector; undefined of values that are none. */
function numberType({ element, annotation = '' }: Node): NumberType | undefined {
  const { type, type_length: width } = element;
  if (annotation === 'FLOAT16')
    return type === 'FIXED_LEN_BYTE_ARRAY' && width === 2 ? 'float16' : undefined;
  if (type === 'FLOAT') return 'float32';
  if (type === 'DOUBLE') return 'float64';
  const isUnsigned = annotation === 'UNSIGNED';
  if (!isUnsigned && annotation !== 'INTEGER' && annotation !== '') return undefined;
  if (type === 'INT32') return isUnsigned ? 'uint32' : 'int32';
  if (type !== 'INT64') return undefined;
  return isUnsigned ? 'uint64' : 'int64';
}

/** Names without those that only say that something is a list. */
function namesOf(path: readonly Node[]): readonly string[] {
  return path.flatMap(({ element, annotation }, at) => {
    const isRepeated = (one: Node | undefined): boolean =>
      one?.element.repetition_type === 'REPEATED';
    const isOfList = (one: Node | undefined): boolean => one?.annotation === 'LIST';
    const isGroupOfList = isRepeated(path[at]) && isOfList(path[at - 1]);
    const isElement =
      isRepeated(path[at - 1]) && isOfList(path[at - 2]) && path[at - 1]!.children.length === 1;
    return isGroupOfList || (isElement && annotation !== 'MAP') ? [] : [element.name];
  });
}

function kindOf(physical: ParquetType, annotation: string | undefined): ColumnKind {
  const isText = ['STRING', 'ENUM', 'JSON'].includes(annotation ?? '');
  if (physical === 'BYTE_ARRAY')
    return isText ? 'text' : annotation === undefined ? 'bytes' : 'other';
  if (physical === 'FIXED_LEN_BYTE_ARRAY') return annotation === undefined ? 'bytes' : 'other';
  if (physical === 'BOOLEAN') return 'boolean';
  const isInteger = physical === 'INT32' || physical === 'INT64';
  if (isInteger) {
    return ['INTEGER', 'UNSIGNED', ''].includes(annotation ?? '') ? 'integer' : 'other';
  }
  return physical === 'FLOAT' || physical === 'DOUBLE' ? 'number' : 'other';
}

function typeName(physical: ParquetType, annotation: string | undefined): string {
  if (annotation === undefined || annotation === 'INTEGER') return physical.toLowerCase();
  return annotation === 'UNSIGNED'
    ? `unsigned ${physical.toLowerCase()}`
    : annotation.toLowerCase();
}

/** Rows that a group says it has. */
export function groupRows(group: ThriftStruct): number {
  return countAt(group, 3, 'the rows of a row group');
}
