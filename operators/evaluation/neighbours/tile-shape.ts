/**
 * Rows of queries and of support that are multiplied at a time: a megabyte of products, which stays in the
 * second-level cache until they were looked at.
 */
export const tileQueries = 256;
export const tileRows = 1024;

/** Support rows with one maximum, and how many of them a tile has. */
export const groupRows = 16;
export const tileGroups: number = tileRows / groupRows;

/**
 * Storage index of row number `at` of a tile: a group is a column of `[groupRows, tileGroups]`, so that maxima of
 * neighbouring groups are taken by one vector instruction.
 */
export function placeInTile(at: number): number {
  return (at % groupRows) * tileGroups + Math.floor(at / groupRows);
}
