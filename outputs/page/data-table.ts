import { markup, type Markup } from './markup.ts';

/** Column of a table. */
export interface PageColumn {
  readonly heading: string;
  /** Numbers stand flush right. @default text */
  readonly isNumber?: boolean | undefined;
}

/** Content of a cell: text, which is escaped, or markup. */
export type PageCell = string | Markup;

/** A table of a page. */
export interface PageTable {
  /** What it shows; also its name for screen readers. */
  readonly caption: string;
  readonly columns: readonly PageColumn[];
  /** As many cells as columns; the first names the row. */
  readonly rows: readonly (readonly PageCell[])[];
  /** Scrolls also in height, for many rows. @default false */
  readonly isTall?: boolean | undefined;
}

/** A table that scrolls by itself where the page is too narrow for it, also by keyboard. */
export function dataTable({ caption, columns, rows, isTall = false }: PageTable): Markup {
  const head = columns.map(
    ({ heading, isNumber }) => markup`<th scope="col"${numberClass(isNumber)}>${heading}</th>`,
  );
  const body = rows.map((cells) => {
    const [first = '', ...rest] = cells;
    const others = rest.map(
      (cell, at) => markup`<td${numberClass(columns[at + 1]?.isNumber)}>${cell}</td>`,
    );
    return markup`<tr><th scope="row">${first}</th>${others}</tr>`;
  });
  return markup`<div class="${isTall ? 'scroll tall' : 'scroll'}" role="group" aria-label="${caption}" tabindex="0">
<table>
<caption><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody>
</table>
</div>`;
}

/** A number with its interval below it, where there is one. */
export function rangedCell(value: string, interval: string | undefined): PageCell {
  return interval === undefined ? value : markup`${value} <span class="range">${interval}</span>`;
}

function numberClass(isNumber: boolean | undefined): Markup {
  return { html: isNumber === true ? ' class="number"' : '' };
}
