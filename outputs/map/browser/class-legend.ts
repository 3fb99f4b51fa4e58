import { colourClass } from './colour-class.ts';
import type { MapPoints } from './map-points.ts';
import { pageButton, pageElement } from './page-element.ts';

/** Classes above which the legend can be searched. */
const manyClasses = 20;

/** Legend of a map, in which classes are chosen. */
export interface ClassLegend {
  readonly element: HTMLElement;
  /** `[classes + 1]` 1 for those that are shown. */
  readonly shown: Uint8Array;
  hidden(): readonly number[];
  hide(classes: readonly number[]): void;
}

/** Check boxes of the classes, with buttons for all and none of them. */
export function classLegend(points: MapPoints, changed: () => void): ClassLegend {
  const classes = points.classes.length;
  const shown = new Uint8Array(classes + 1).fill(1);
  const counts = new Uint32Array(classes + 1);
  for (const label of points.labels) counts[label]! += 1;
  const rows = Array.from(counts, (count, at) => row(points.classes[at], at, count, classes));
  const used = rows.filter((_, at) => counts[at]! > 0);
  const all = (checked: boolean): void => {
    for (const { box, label } of used) if (!label.hidden) box.checked = checked;
    read();
    changed();
  };
  const read = (): void => {
    for (const [at, { box }] of rows.entries()) shown[at] = box.checked ? 1 : 0;
  };
  const list = pageElement('div', { class: 'map-classes' }, ...used.map(({ label }) => label));
  list.addEventListener('change', () => {
    read();
    changed();
  });
  const element = pageElement(
    'fieldset',
    { class: 'map-legend' },
    pageElement('legend', {}, 'Classes'),
    ...(used.length > manyClasses ? [finder(used)] : []),
    pageElement(
      'div',
      { class: 'map-buttons' },
      pageButton('Show all', () => all(true)),
      pageButton('Show none', () => all(false)),
    ),
    list,
  );
  return {
    element,
    shown,
    hidden: () => Array.from(shown.keys()).filter((at) => shown[at] === 0 && counts[at]! > 0),
    hide(hidden) {
      for (const { box } of rows) box.checked = true;
      for (const at of hidden) if (rows[at] !== undefined) rows[at].box.checked = false;
      read();
    },
  };
}

interface LegendRow {
  readonly label: HTMLLabelElement;
  readonly box: HTMLInputElement;
  readonly name: string;
}

function row(given: string | undefined, at: number, count: number, classes: number): LegendRow {
  const name = given ?? 'without a class';
  const box = pageElement('input', { type: 'checkbox' });
  box.checked = true;
  const swatch = pageElement('span', { class: `map-swatch ${colourClass(at, classes)}` });
  const shown = pageElement('span', { class: 'map-count' }, count.toLocaleString('en'));
  const label = pageElement('label', {}, box, swatch, pageElement('span', {}, name), ' ', shown);
  return { label, box, name };
}

function finder(rows: readonly LegendRow[]): HTMLElement {
  const field = pageElement('input', { type: 'search' });
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const { label, name } of rows) label.hidden = !name.toLowerCase().includes(wanted);
  });
  return pageElement('label', { class: 'map-find' }, 'Find a class ', field);
}
