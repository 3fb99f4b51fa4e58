import { columnStems, type ColumnStem } from './column-stems.ts';
import type { VectorCells, VectorRows, VectorTable } from './vector-table.ts';

/** A table whose columns of numbers that differ in a number alone, such as `0` to `127`, are vectors as well. */
export function withWideVectors(table: VectorTable): VectorTable {
  const numbers = table.columns.filter(({ kind }) => kind === 'number' || kind === 'integer');
  const taken = new Set(table.columns.map(({ name }) => name));
  const stems = columnStems(numbers.map(({ name }) => name)).filter(({ name }) => !taken.has(name));
  if (stems.length === 0) return table;
  const parts = new Set(stems.flatMap(({ columns }) => columns));
  const stemColumns = stems.map(({ name, columns }) => {
    const type = `columns ${columns[0]} to ${columns.at(-1)}`;
    return { name, kind: 'vector' as const, dim: columns.length, type };
  });
  return {
    ...table,
    columns: [...stemColumns, ...table.columns.filter(({ name }) => !parts.has(name))],
    batches(vector, names, signal) {
      const stem = stems.find(({ name }) => name === vector);
      if (stem === undefined) return table.batches(vector, names, signal);
      return assembled(
        table.batches(null, [...new Set([...names, ...stem.columns])], signal),
        stem,
      );
    },
  };
}

async function* assembled(
  batches: AsyncIterable<VectorRows>,
  stem: ColumnStem,
): AsyncGenerator<VectorRows, void, undefined> {
  for await (const { rows, cells } of batches) {
    yield { rows, cells, vectors: vectorsOf(rows, cells, stem) };
  }
}

/** Numbers of each row; a row whose numbers are all null has no vector. */
function vectorsOf(rows: number, cells: VectorRows['cells'], { columns }: ColumnStem): VectorCells {
  const dim = columns.length;
  const values = new Float32Array(rows * dim);
  const missing = new Uint8Array(rows).fill(1);
  for (const [at, name] of columns.entries()) {
    for (const [row, cell] of cells.get(name)!.entries()) {
      const isNumber = typeof cell === 'number' || typeof cell === 'bigint';
      if (isNumber) missing[row] = 0;
      values[row * dim + at] = isNumber ? Number(cell) : Number.NaN;
    }
  }
  return { dim, values, missing: missing.includes(1) ? missing : null };
}
