import { DataType, type Field, Precision, type Schema } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { hasText } from './cell-text.ts';

/** Place of a column, and what it holds. */
export interface ProjectorColumn {
  readonly at: number;
  readonly name: string;
}

/** Column of vectors, and the numbers of each. */
export interface TensorColumn extends ProjectorColumn {
  readonly size: number;
}

/** Columns that the projector shows. */
export interface ProjectorColumns {
  readonly tensors: readonly TensorColumn[];
  /** What is said of each row: all columns of text and numbers but hashes. */
  readonly metadata: readonly ProjectorColumn[];
}

/** @throws {PipelineError} `ERR_FORMAT` when there are no vectors of float32. */
export function projectorColumns({ fields }: Schema, path: string): ProjectorColumns {
  const columns = fields.map((field, at) => ({ at, name: field.name, field }));
  const tensors = columns
    .filter(({ field }) => isVector(field))
    .map(({ at, name, field }) => ({ at, name, size: sizeOf(field) }));
  const metadata = columns
    .filter(({ name, field }) => name !== 'sha256' && !isVector(field) && hasText(field.type))
    .map(({ at, name }) => ({ at, name }));
  if (tensors.length > 0) return { tensors, metadata };
  const message =
    `\`${path}\` has no vectors (\`fixed_size_list<float32>\`), which the projector shows. ` +
    'Give an export of `embed`, or a table of vectors.';
  throw new PipelineError('ERR_FORMAT', message, { path });
}

function isVector({ type }: Field): boolean {
  if (!DataType.isFixedSizeList(type)) return false;
  const child = type.children[0]!.type;
  return DataType.isFloat(child) && child.precision === Precision.SINGLE;
}

function sizeOf({ type }: Field): number {
  return DataType.isFixedSizeList(type) ? type.listSize : 0;
}
