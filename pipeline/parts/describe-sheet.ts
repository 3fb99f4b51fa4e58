import type { Dataset } from '../../operators/types.ts';
import type { InspectedTable, Inspection } from '../../outputs/inspect/inspection.ts';
import { counted } from '../../operators/message-words.ts';
import { cropShares, occurrences, recipeFields } from '../../outputs/sheet/sheet-facts.ts';
import type { ViewSheet } from '../../outputs/sheet/view-sheet.ts';
import { shownSize } from '../../outputs/sheet/png-sheet.ts';

/** Summary of a sheet, as `inspect` tells it: its images, how often each thing was done to their views, the recipe. */
export function describedSheet(path: string, data: Dataset, sheet: ViewSheet): Inspection {
  const { rows, recipe, seed } = sheet;
  const views = counted(rows[0]!.views.length, 'view');
  return {
    path,
    kind: 'images',
    what: `${counted(rows.length, 'image')}, ${views} of each, by the augmentation \`${recipe.name}\``,
    facts: {
      images: data.count,
      classes: data.classes.length,
      seed,
      areaOfCrops: cropShares(sheet),
    },
    metadata: {},
    columns: [],
    tables: tablesOf(sheet),
    preview: [],
    problems: [],
  };
}

function tablesOf(sheet: ViewSheet): readonly InspectedTable[] {
  const { rows, leftOut, recipe } = sheet;
  const images = rows.map(({ id, className, size }) => ({
    id,
    class: className,
    size: shownSize(size),
  }));
  const fields = recipeFields(recipe).map(([field, value]) => ({ field, value }));
  return [
    { title: 'images', records: images },
    { title: 'done to views', records: occurrences(sheet) },
    { title: 'recipe', records: fields },
    { title: 'left out', records: leftOut },
  ];
}
