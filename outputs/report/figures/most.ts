import { counted } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import type { ReportContext } from '../material/report-section.ts';

/** The first of what a figure has room for; that others are left out is told. */
export function firstOf<T extends { readonly label: string }>(
  all: readonly T[],
  most: number,
  what: string,
  { note }: Pick<ReportContext, 'note'>,
): readonly T[] {
  if (all.length <= most) return all;
  const left = someOf(all.slice(most).map(({ label }) => label));
  note(
    `${what} show the first ${most} of ${all.length}; left out: ${left}. Give fewer to see these.`,
  );
  return all.slice(0, most);
}

/** That of several results of a verb the first ones are shown; nothing where all are. @param what Such as `searches`. */
export function firstShown(all: number, most: number, what: string): Markup {
  return all <= most
    ? markup``
    : markup`<p class="muted">Of ${counted(all)} ${what} the first ${most} are shown.</p>`;
}

/** Names in a sentence: all of a few, else the first ones and how many more there are. */
export function someOf(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} and ${more} more` : names.join(', ');
}

const mostNames = 5;
