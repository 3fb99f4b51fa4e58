import { openDataset } from '../../datasets/open-dataset.ts';
import type { Dataset } from '../../operators/types.ts';
import type { DataOptions } from '../options/data-options.ts';
import type { SeedOption } from '../options/seed-option.ts';
import type { Resolved } from '../options/verb.ts';

/** Opens the images that the options of a verb choose. @throws {PipelineError} `ERR_DATASET`. */
export async function openData(
  options: Resolved<DataOptions & SeedOption> & { readonly data: string },
  signal: AbortSignal,
): Promise<Dataset> {
  const { data, split, classes, excludeClasses, limit, seed } = options;
  return await openDataset(data, {
    split: split ?? undefined,
    classes: classes ?? undefined,
    excludeClasses: excludeClasses ?? undefined,
    limit: limit ?? undefined,
    seed,
    signal,
  });
}
