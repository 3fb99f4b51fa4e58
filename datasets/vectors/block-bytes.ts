/** Bytes of a block of rows: 4 MiB, or one row. */
export const blockBytes: number = 2 ** 22;
