import { counted } from '../../operators/message-words.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import type { Dataset } from '../../operators/types.ts';
import type { InspectedTable, Inspection } from '../../outputs/inspect/inspection.ts';

/** Summary of a set of images, as `inspect` tells it: its classes and the first images. No image is read. */
export function describedImages(path: string, data: Dataset, rows: number): Inspection {
  const { count, classes, hash } = data;
  const images = new Uint32Array(classes.length);
  let withoutClass = 0;
  for (let position = 0; position < count; position += 1) {
    const { label } = data.sample(position);
    if (label === null) withoutClass += 1;
    else images[label]! += 1;
  }
  const preview = Array.from({ length: Math.min(rows, count) }, (_, position) => {
    const { id, label } = data.sample(position);
    return { id, class: label === null ? null : classes[label]! };
  });
  return {
    path: shownLocation(path),
    kind: 'images',
    what: counted(count, 'image'),
    facts: { images: count, classes: classes.length, withoutClass, hash },
    metadata: {},
    columns: [],
    tables: classTables(classes.map((name, label) => ({ class: name, images: images[label]! }))),
    preview,
    problems: [],
  };
}

/** Classes that a table shows at either end. */
const shownClasses = 10;

/** The classes, largest first. */
function classTables(
  classes: readonly { readonly class: string; readonly images: number }[],
): readonly InspectedTable[] {
  if (classes.length === 0) return [];
  const all = classes.toSorted((one, other) => other.images - one.images);
  if (all.length <= 2 * shownClasses) return [{ title: 'classes', records: all }];
  const records = [...all.slice(0, shownClasses), ...all.slice(-shownClasses)];
  const left = counted(all.length - records.length, 'class', 'classes');
  return [{ title: `classes, largest first, without the ${left} between`, records }];
}
