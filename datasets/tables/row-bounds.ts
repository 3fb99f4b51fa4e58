/** Rows that may take no bytes, as those of a column of nulls: 2^20. */
const rowsWithoutBytes = 2 ** 20;

/** Most rows that a file of so many bytes is believed to hold: eight a byte, and a million more. */
export function mostRows(bytes: number): number {
  return 8 * bytes + rowsWithoutBytes;
}

/** Size that any compressed part may have when it is decoded: 48 MiB. */
const smallBytes = 48 * 2 ** 20;
/** Largest part that is decoded: 1 GiB. */
const largestBytes = 2 ** 30;

/**
 * Checks the size that a compressed part says it has when it is decoded, before memory is taken for it.
 *
 * @throws {Error} Above 1 GiB; above 48 MiB and 256 times what is stored, as no image is.
 */
export function checkDecodedSize(stored: number, decoded: number): void {
  if (decoded <= Math.min(largestBytes, smallBytes + 256 * stored)) return;
  throw new Error(
    `${stored} bytes say that they become ${decoded}: more than 1 GiB, or than 256 times as many, is not decoded`,
  );
}
