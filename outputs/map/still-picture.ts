import { permutation, seededRandom } from '../../operators/random.ts';
import { markup, type Markup } from '../page/markup.ts';
import { colourClass } from './browser/colour-class.ts';
import type { MapSet } from './map-set.ts';
import { quantised } from './pack-map.ts';

/** Points that a still picture shows at most. */
export const mostInPicture = 4000;

/** Pixels of its side. */
const side = 600;

/**
 * Picture of a map that needs no script: SVG in the colours of the page, of at most 4,000 points, drawn by seed.
 *
 * One path for each colour, in which a point is a line of no length with round ends: 10 bytes.
 */
export function stillPicture(set: MapSet, description: string): Markup {
  const { labels, classes } = set;
  const places = quantised(set.positions);
  const order = permutation(labels.length, seededRandom('still picture'));
  const paths = new Map<string, string[]>();
  for (const at of order.subarray(0, mostInPicture)) {
    const colour = colourClass(labels[at]! < 0 ? classes.length : labels[at]!, classes.length);
    const x = ((places[2 * at]! / 65_535) * side).toFixed(0);
    const y = ((1 - places[2 * at + 1]! / 65_535) * side).toFixed(0);
    const path = paths.get(colour);
    if (path === undefined) paths.set(colour, [`M${x} ${y}h0`]);
    else path.push(`M${x} ${y}h0`);
  }
  const drawn = [...paths].sort(([one], [other]) => (one < other ? -1 : 1));
  return markup`<svg class="map-still" viewBox="-10 -10 ${side + 20} ${side + 20}" role="img" aria-label="${description}">
${drawn.map(([colour, parts]) => markup`<path class="${colour}" d="${parts.join('')}"/>`)}
</svg>`;
}
