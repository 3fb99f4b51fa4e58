import fs from 'node:fs/promises';
import path from 'node:path';
import type { DrawnClass } from '../../operators/batches/drawn-by-class.ts';
import type { ArrowFileReport } from '../arrow/arrow-file.ts';
import { readArrowFile } from '../arrow/read-arrow-file.ts';
import { columnOf, type TableColumn, writeTable } from '../arrow/table-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';

/** The name of the file in a run folder. */
export const drawnName = 'drawn.arrow';

/**
 * Writes `drawn.arrow`: what the first `steps` steps of a run drew of each class, one row a class. The metadata of its schema
 * has `steps`.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeDrawn(
  file: string,
  classes: readonly DrawnClass[],
  steps: number,
): Promise<ArrowFileReport> {
  const counts: readonly TableColumn[] = (['images', 'distinct', 'bad'] as const).map((name) => ({
    name,
    type: 'int32',
    values: columnOf(classes, (one) => one[name]),
  }));
  // Long runs draw more often than 32 bits count.
  const draws: readonly TableColumn[] = (['draws', 'replaced'] as const).map((name) => ({
    name,
    type: 'float64',
    values: columnOf(classes, (one) => one[name]),
  }));
  const names: TableColumn = {
    name: 'class',
    type: 'utf8',
    values: columnOf(classes, ({ name }) => name),
  };
  return await writeTable(file, [names, ...counts, ...draws], classes.length, {
    metadata: { steps: String(steps) },
  });
}

/**
 * Reads the `drawn.arrow` of a run folder; undefined when there is none, as in runs that have not ended.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged.
 */
export async function readDrawn(folder: string): Promise<readonly DrawnClass[] | undefined> {
  const file = path.join(folder, drawnName);
  try {
    await fs.access(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const classes: DrawnClass[] = [];
  for await (const batch of readArrowFile(file)) {
    for (let row = 0; row < batch.numRows; row += 1) {
      const value = (name: string): unknown => batch.getChild(name)?.get(row);
      const number = (name: string): number => Number(value(name));
      classes.push({
        name: String(value('class')),
        images: number('images'),
        draws: number('draws'),
        distinct: number('distinct'),
        bad: number('bad'),
        replaced: number('replaced'),
      });
    }
  }
  return classes;
}
