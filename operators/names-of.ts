/** The keys of a table, in its order: what a choice is made from. At least one, because no table is empty. */
export function namesOf<T extends object>(
  table: T,
): readonly [keyof T & string, ...(keyof T & string)[]] {
  // `Object.keys` types them as any text, and knows of no first one.
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];
}
