import type { OpenedSet } from './opened-set.ts';

/**
 * Key by which ids of a set are looked up in those of a list or table: the id itself; of a set without ids, whose rows are
 * known by their numbers, the number without the zeros before it, as others write it.
 */
export function idKey({ isNumbered }: Pick<OpenedSet, 'isNumbered'>): (id: string) => string {
  return isNumbered ? withoutZeros : (id) => id;
}

function withoutZeros(id: string): string {
  return /^0\d*$/u.test(id) ? id.replace(/^0+(?=\d)/u, '') : id;
}
