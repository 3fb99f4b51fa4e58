import { DataType, type Float, type Int, Precision } from 'apache-arrow';

/** Type of a number as NumPy calls it, and its size. */
export interface NumberType {
  readonly descr: string;
  readonly itemBytes: number;
}

/** The same type in NumPy; undefined of what is no number. */
export function numberType(type: DataType): NumberType | undefined {
  if (DataType.isInt(type)) return intType(type);
  if (DataType.isFloat(type)) return floatType(type);
  return undefined;
}

function intType({ bitWidth, isSigned }: Int): NumberType {
  const itemBytes = bitWidth / 8;
  return { descr: `${itemBytes === 1 ? '|' : '<'}${isSigned ? 'i' : 'u'}${itemBytes}`, itemBytes };
}

function floatType({ precision }: Float): NumberType {
  const itemBytes = { [Precision.HALF]: 2, [Precision.SINGLE]: 4, [Precision.DOUBLE]: 8 }[
    precision
  ];
  return { descr: `<f${itemBytes}`, itemBytes };
}
