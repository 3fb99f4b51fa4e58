import { beforeComplete } from '../operators/flow/before-complete.ts';
import { perSample } from '../operators/flow/per-sample.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { encodeImages } from '../operators/stages/encode-images.ts';
import { onBadSample, skipBad } from '../operators/stages/on-bad-sample.ts';
import { quarantine } from '../operators/stages/quarantine.ts';
import { type RowsWritten, writeRows } from '../outputs/exports/write-rows.ts';
import { type PrepareOptions, prepareVerb } from './options/prepare-options.ts';
import { listBadOnFailure } from './parts/list-bad-on-failure.ts';
import { decodePermits } from './parts/native-permits.ts';
import { openPreparation } from './parts/open-preparation.ts';
import { plansOfRanges } from './parts/plans-of-ranges.ts';
import { retryBad } from './parts/retry-bad.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { type PrepareResult, tellSavings } from './parts/tell-prepared.ts';
import { tellRows } from './parts/tell-rows.ts';

/** Images that are decoded together: large ones are held until all of them are. */
const batchSize = 16;

/**
 * Prepares images: each is decoded once, and stored as pixels or encoded again, in dataset order; with `shard` those of one
 * piece. Every verb takes the folder in the place of the images, and runs and exports that were begun on them go on with it.
 *
 * Tells a `progress` for each 16 images.
 *
 * @throws {UsageError} When the options cannot be run with.
 * @throws {PipelineError} `ERR_DATASET`, `ERR_CONFIG`, `ERR_FORMAT`, `ERR_TOO_MANY_BAD`, `ERR_WRITE` …
 * @example
 * ```ts
 * const photos = { data: 'photos', out: 'photos-prepared' };
 * const { rows, bytes, savings } = await prepare({ ...photos, as: 'jpeg', imageSize: 224 });
 * console.log(rows, bytes, savings?.savedSecondsPerEpoch);
 * ```
 */
export function prepare(given: PrepareOptions): Run<PrepareResult, RowsWritten> {
  return startRun(prepareVerb, given, async (options, scope, note) => {
    const opened = await openPreparation(scope, options, note);
    const { data, preparation, readable, folder, opening } = opened;
    const { signal, draining } = scope;
    const { maxInvalid, prefetch, out, shard } = options;
    const wasFinished = folder.left.length === 0;
    const retry = { data, stage: readable, signal, note };
    const usable = options.retryBad ? await retryBad(folder, retry) : new Set<string>();
    if (folder.left.length > 0) note(opening(), [], 'work');
    const bad = quarantine({
      count: folder.positions,
      maxInvalid,
      known: folder.bad,
      knownRepaired: folder.repaired,
      triedBefore: folder.parts.reduce((sum, { positions }) => sum + positions, 0),
    });

    const plans = plansOfRanges(data, folder.left, batchSize);
    return withDemand(plans, { window: prefetch, signal, draining }, (plan$) =>
      plan$.pipe(
        perSample(onBadSample(skipBad, bad, readable)),
        encodeImages({ ...preparation, permits: decodePermits }),
        writeRows(folder, bad),
        // One that was told to stop has positions left: it is continued with `resume`.
        beforeComplete(async () => {
          if (folder.left.length === 0) await folder.finish();
        }),
      ),
    ).pipe(
      listBadOnFailure(bad, (rows) => folder.saveQuarantine(rows)),
      tellRows({ label: 'prepare', out, folder, batchSize, wasFinished, usable }),
      tellSavings(opened, { shard, decoder: options.decoder, signal }),
    );
  });
}
