import { from, lastValueFrom, take } from 'rxjs';
import { mapInOrder } from '../../operators/flow/map-in-order.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { ppmBytes } from '../../operators/image/ppm-bytes.ts';
import type { BatchPlan, Preparation, PreparedBatch, StoredImage } from '../../operators/types.ts';
import type { ExportShard } from '../../outputs/exports/export-shard.ts';
import { writeRows } from '../../outputs/exports/write-rows.ts';
import { openPreparedFolder, type PreparedFolder } from '../../outputs/prepared/prepared-folder.ts';
import {
  type ExportCase,
  exportBad,
  exportClasses,
  exportPlans,
  reasonsOf,
} from './export-cases.ts';

export const preparation: Preparation = {
  as: 'pixels',
  quality: null,
  shrinkTo: null,
  exif: 'apply',
  icc: 'apply',
  alpha: 'white',
  tolerant: false,
};

/** The stored image at a position: some pixels that are a function of it. */
export function storedImage(position: number): StoredImage {
  const [width, height] = [1 + (position % 3), 1];
  const data = Uint8Array.from({ length: 3 * width }, (_, at) => (position + at) & 255);
  return { width, height, bytes: ppmBytes({ width, height, data }) };
}

function preparedBatch(plan: BatchPlan, isBad: ExportCase['isBad']): PreparedBatch {
  const samples = plan.samples.filter(({ position }) => !isBad(position));
  return { plan, samples, images: samples.map(({ position }) => storedImage(position)) };
}

/** Prepares into `path`; stops without a word after `batches`, as a kill does, if there are more. */
export async function preparedUntil(
  path: string,
  prepared: ExportCase,
  batches: number = Infinity,
  shard?: ExportShard,
): Promise<PreparedFolder> {
  const { count, isBad } = prepared;
  const dataset = { name: 'made up', hash: 'd'.repeat(64), count, classes: exportClasses };
  const folder = await openPreparedFolder(path, { dataset, preparation, resume: true, shard });
  const plans = exportPlans(prepared, folder.nextPosition, folder.endPosition);
  const written$ = withDemand(plans, { window: 3 }, (plan$) =>
    plan$.pipe(
      mapInOrder(async (plan) => preparedBatch(plan, isBad)),
      writeRows(folder, reasonsOf(exportBad(prepared))),
    ),
  );
  const some$ = batches === 0 ? from([]) : written$.pipe(take(batches));
  await lastValueFrom(batches === Infinity ? written$ : some$, { defaultValue: undefined });
  return folder;
}

/** A finished prepared dataset, or shard of one. */
export async function preparedWhole(
  path: string,
  prepared: ExportCase,
  shard?: ExportShard,
): Promise<void> {
  const folder = await preparedUntil(path, prepared, Infinity, shard);
  await folder.finish();
  await folder.close();
}
