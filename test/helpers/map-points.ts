import { seededRandom } from '../../operators/random.ts';
import { mapFigure, spriteImage } from '../../outputs/map/map-figure.ts';
import type { MapSet } from '../../outputs/map/map-set.ts';
import { htmlPage } from '../../outputs/page/html-page.ts';
import { markup } from '../../outputs/page/markup.ts';

/** Points around a place for each class, each with the two beside it as neighbours. */
export function someMap(count: number, classes: readonly string[] = ['a', 'b', 'c']): MapSet {
  const random = seededRandom('some map');
  const labels = Int32Array.from({ length: count }, (_, at) => at % classes.length);
  const positions = new Float32Array(2 * count);
  for (const [at, label] of labels.entries()) {
    const angle = (2 * Math.PI * label) / classes.length;
    positions[2 * at] = 3 * Math.cos(angle) + 0.7 * random.normal();
    positions[2 * at + 1] = 3 * Math.sin(angle) + 0.7 * random.normal();
  }
  const beside = Int32Array.from({ length: 2 * count }, (_, place) => {
    const at = Math.floor(place / 2) + (place % 2 === 0 ? 1 : -1);
    return at < count ? at : -1;
  });
  const ids = Array.from(
    labels,
    (label, at) => `${classes[label]}/${String(at).padStart(6, '0')}.png`,
  );
  return { positions, labels, classes, ids, neighbours: { k: 2, positions: beside } };
}

/** A page with a map. @param thumbnails JPEG of those of the set, if it has some. */
export function mapPageHtml(set: MapSet, thumbnails?: Uint8Array): string {
  const images =
    set.sprite === undefined || thumbnails === undefined
      ? markup``
      : spriteImage(set.sprite.image, thumbnails);
  const { content, styles, scripts } = mapFigure(set, 'map-0', 'A map of points in groups.');
  return htmlPage({
    title: 'Map',
    description: 'A map',
    header: markup`<h1>Map</h1>`,
    main: markup`<section aria-label="Map">${images}${content}</section>`,
    styles,
    scripts,
  });
}
