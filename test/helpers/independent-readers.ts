import { tableFromIPC } from '@uwdata/flechette';
import pl from 'nodejs-polars';

/** Rows of an Arrow file or stream, as plain values. */
export type PlainRows = readonly Readonly<Record<string, unknown>>[];

/** Reads Arrow bytes with two implementations that share no code with the writer. Both throw on damage. */
export const independentReaders: Readonly<
  Record<'polars' | 'flechette', (bytes: Buffer, format: 'file' | 'stream') => PlainRows>
> = {
  polars(bytes, format) {
    const frame = format === 'file' ? pl.readIPC(bytes) : pl.readIPCStream(bytes);
    return frame.toRecords().map(plainRow);
  },
  flechette(bytes) {
    const rows: unknown[] = tableFromIPC(bytes, { useProxy: false }).toArray();
    return rows.map((row) => plainRow(row as Record<string, unknown>));
  },
};

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  return value ?? null;
}
