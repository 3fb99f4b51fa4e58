import { drawMap } from './draw-map.ts';
import type { PackedMap } from './packed-map.ts';

for (const element of document.querySelectorAll<HTMLElement>('[data-map]')) {
  const name = element.dataset['map']!;
  const data = document.querySelector(`#${CSS.escape(`${name}-data`)}`)?.textContent ?? 'null';
  drawMap(element, name, JSON.parse(data) as PackedMap);
}
