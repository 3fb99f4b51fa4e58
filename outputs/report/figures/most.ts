import type { ReportContext } from '../material/report-section.ts';

/** The first of what a figure has room for; that others are left out is told. */
export function firstOf<T extends { readonly label: string }>(
  all: readonly T[],
  most: number,
  what: string,
  { note }: Pick<ReportContext, 'note'>,
): readonly T[] {
  if (all.length <= most) return all;
  const left = all.slice(most).map(({ label }) => label);
  const some =
    left.length > 5
      ? `${left.slice(0, 5).join(', ')} and ${left.length - 5} more`
      : left.join(', ');
  note(
    `${what} show the first ${most} of ${all.length}; left out: ${some}. Give fewer to see these.`,
  );
  return all.slice(0, most);
}
