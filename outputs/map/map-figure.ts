import { dataBlock } from '../page/data-block.ts';
import { dataTable } from '../page/data-table.ts';
import type { Json } from '../../operators/files/json.ts';
import { counted } from '../../operators/message-words.ts';
import { markup, type Markup } from '../page/markup.ts';
import { shownShare } from '../page/shown-number.ts';
import { mapScript } from './map-script.ts';
import type { MapSet } from './map-set.ts';
import { mapStyle } from './map-style.ts';
import { packMap } from './pack-map.ts';
import { mostInPicture, stillPicture } from './still-picture.ts';

/** A map as part of a page. */
export interface MapFigure {
  readonly content: Markup;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/**
 * Map of a set for a page: a canvas to move about in, with a legend that filters; without scripts a still picture, and a table
 * of the classes.
 *
 * @param name Unique in the page: letters, digits and `-`. The state of the map stands behind it in the address.
 * @param description What it shows, in a sentence, for whoever does not see it.
 */
export function mapFigure(set: MapSet, name: string, description: string): MapFigure {
  const count = set.ids.length;
  const some = count > mostInPicture ? ` Without scripts: ${counted(mostInPicture)} of them.` : '';
  return {
    content: markup`<div data-map="${name}">
${stillPicture(set, `${description}${some}`)}
</div>
<details>
<summary>${counted(classesOf(set).length, 'class', 'classes')} as a table</summary>
${classTable(set)}
</details>
${dataBlock(`${name}-data`, packMap(set) as unknown as Json)}`,
    styles: [mapStyle],
    scripts: [mapScript],
  };
}

/** Picture that holds thumbnails of maps; stands in the page once, and is not shown itself. @param jpeg The thumbnails, row by row. */
export function spriteImage(id: string, jpeg: Uint8Array): Markup {
  const data = Buffer.from(jpeg).toString('base64');
  return markup`<img class="map-sprite" id="${id}" alt="" src="data:image/jpeg;base64,${data}">`;
}

/** Classes with their numbers of points, those of no class last. */
function classesOf({ classes, labels }: MapSet): readonly (readonly [string, number])[] {
  const counts = new Uint32Array(classes.length + 1);
  for (const label of labels) counts[label < 0 ? classes.length : label]! += 1;
  return Array.from(
    counts,
    (count, at) => [classes[at] ?? 'without a class', count] as const,
  ).filter(([, count]) => count > 0);
}

function classTable(set: MapSet): Markup {
  return dataTable({
    caption: 'Images of each class in the map',
    columns: [
      { heading: 'class' },
      { heading: 'images', isNumber: true },
      { heading: 'share', isNumber: true },
    ],
    rows: classesOf(set).map(([name, count]) => [
      name,
      counted(count),
      shownShare(count / set.ids.length),
    ]),
    isTall: true,
  });
}
