import type { Json } from '../../operators/files/json.ts';
import type { Markup } from './markup.ts';
import { markup } from './markup.ts';

/**
 * Data for a script of the page: JSON that `document.getElementById(id).textContent` gives back. It does not run.
 *
 * @param id Of its element, unique in the page.
 */
export function dataBlock(id: string, value: Json): Markup {
  // No text in it may look like the end of the element.
  const json = JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
  return markup`<script type="application/json" id="${id}">${{ html: json }}</script>`;
}
