import type { BadSample } from '../../operators/types.ts';
import type { InspectedTable } from './inspection.ts';

/** Table of the first images that an export left out; none where all could be used. */
export function badImagesTable(bad: readonly BadSample[], rows: number): InspectedTable[] {
  if (bad.length === 0) return [];
  const title = bad.length > rows ? `first ${rows} of ${bad.length} bad images` : 'bad images';
  const records = bad
    .slice(0, rows)
    .map(({ id, stage, code, message }) => ({ id, stage, code, message }));
  return [{ title, records }];
}
