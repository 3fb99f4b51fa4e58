import type { MapPoints } from './map-points.ts';
import { pageButton, pageElement } from './page-element.ts';

/** List of the ids of chosen points. */
export interface SelectionList {
  readonly element: HTMLElement;
  show(chosen: readonly number[]): void;
}

/** The ids as text to copy: a line each, as JSON where one of them has a line end. */
export function selectionList(points: MapPoints, cleared: () => void): SelectionList {
  const text = pageElement('textarea', {
    readonly: '',
    rows: '6',
    'aria-label': 'Ids of the chosen images',
  });
  const status = pageElement('p', { class: 'map-status', role: 'status' });
  const copy = pageButton('Copy', () => void copied(text, status));
  const clear = pageButton('Clear', () => {
    show([]);
    cleared();
  });
  const buttons = pageElement('div', { class: 'map-buttons' }, copy, clear);
  const element = pageElement('div', { class: 'map-selection' }, status, text, buttons);
  const show = (chosen: readonly number[]): void => {
    const ids = chosen.map((at) => points.ids[at]!);
    text.value = ids.some((id) => /[\r\n]/u.test(id)) ? JSON.stringify(ids) : ids.join('\n');
    for (const part of [text, buttons]) part.hidden = chosen.length === 0;
    status.textContent =
      chosen.length === 0
        ? 'No images are chosen.'
        : `${chosen.length.toLocaleString('en')} ${chosen.length === 1 ? 'image is' : 'images are'} chosen.`;
  };
  show([]);
  return { element, show };
}

/** Copies; where a page may not, as in some browsers one of a file, the text is marked for the keyboard to copy. */
async function copied(text: HTMLTextAreaElement, status: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.value);
    status.textContent = 'Copied.';
  } catch {
    text.focus();
    text.select();
    status.textContent = 'Press Ctrl+C, or ⌘C, to copy what is marked.';
  }
}
