import type { Cell } from './table-file.ts';

const text = new TextDecoder('utf-8', { fatal: true });

/** The text that bytes are. @throws {Error} When it is no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return text.decode(bytes);
  } catch (error) {
    throw new Error('it holds a text that is not UTF-8', { cause: error });
  }
}

/** An integer as a number, where that is exact. */
export function narrow(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}

/** A text or number as text; undefined of everything else. */
export function textOf(cell: Cell | undefined): string | undefined {
  const isText = typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'bigint';
  return isText ? String(cell) : undefined;
}
