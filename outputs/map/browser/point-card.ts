import { colourClass } from './colour-class.ts';
import type { MapPoints } from './map-points.ts';
import type { PackedSprite } from './packed-map.ts';
import { pageElement } from './page-element.ts';

/** What the page says of a point. */
export interface PointCard {
  readonly element: HTMLElement;
  /** -1 for none. */
  show(point: number): void;
}

/** Id, class and thumbnail of a point, and its neighbours with theirs. */
export function pointCard(points: MapPoints, sprite: PackedSprite | null): PointCard {
  const element = pageElement('div', { class: 'map-card', 'aria-live': 'polite' });
  const draw = thumbnails(points, sprite);
  const show = (point: number): void => {
    element.replaceChildren();
    if (point < 0) {
      element.append('Point at the map, or press Enter on it, for an image and its neighbours.');
      return;
    }
    element.append(described(points, point, draw));
    const near = neighboursOf(points, point);
    if (near.length === 0) return;
    const items = near.map((at) => pageElement('li', {}, described(points, at, draw)));
    element.append('Nearest in the set:', pageElement('ol', {}, ...items));
  };
  show(-1);
  return { element, show };
}

export function neighboursOf({ neighbours, k }: MapPoints, point: number): readonly number[] {
  return Array.from(neighbours.subarray(point * k, (point + 1) * k)).filter((at) => at >= 0);
}

type DrawThumbnail = (point: number) => readonly Node[];

function described(points: MapPoints, point: number, draw: DrawThumbnail): HTMLElement {
  const label = points.labels[point]!;
  const swatch = pageElement('span', {
    class: `map-swatch ${colourClass(label, points.classes.length)}`,
  });
  return pageElement(
    'div',
    { class: 'map-point' },
    ...draw(point),
    pageElement(
      'span',
      {},
      pageElement('code', {}, points.ids[point]!),
      ' ',
      swatch,
      points.classes[label] ?? 'without a class',
    ),
  );
}

function thumbnails({ cells }: MapPoints, sprite: PackedSprite | null): DrawThumbnail {
  const image = sprite === null ? null : document.querySelector(`#${CSS.escape(sprite.image)}`);
  if (sprite === null || cells === undefined || !(image instanceof HTMLImageElement))
    return () => [];
  const { side, columns } = sprite;
  return (point) => {
    const cell = cells[point]!;
    if (cell < 0) return [];
    const canvas = pageElement('canvas', {
      width: `${side}`,
      height: `${side}`,
      class: 'map-thumbnail',
    });
    const [x, y] = [side * (cell % columns), side * Math.floor(cell / columns)];
    canvas.getContext('2d')!.drawImage(image, x, y, side, side, 0, 0, side, side);
    return [canvas];
  };
}
