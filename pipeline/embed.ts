import { encode } from '../operators/stages/encode.ts';
import { beforeComplete } from '../operators/flow/before-complete.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { skipBad } from '../operators/stages/on-bad-sample.ts';
import { quarantine } from '../operators/stages/quarantine.ts';
import { openImageWorkers } from '../operators/loading/image-workers.ts';
import { loadInputs } from '../operators/stages/load-inputs.ts';
import { type EmbeddingsWritten, writeEmbeddings } from '../outputs/embeddings/write-embeddings.ts';
import { listBadOnFailure } from './parts/list-bad-on-failure.ts';
import { openExport } from './parts/open-export.ts';
import { plansOfRanges } from './parts/plans-of-ranges.ts';
import { identifiedSource, readableImages } from './parts/readable-images.ts';
import { type EmbedOptions, embedVerb } from './options/embed-options.ts';
import { tellTraffic } from './parts/tell-traffic.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { retryBad } from './parts/retry-bad.ts';
import { type EmbedResult, tellRows } from './parts/tell-rows.ts';
import { watchVectors } from './parts/watch-vectors.ts';

/**
 * Exports the vectors of every readable image, once each, in dataset order; with `shard` those of one piece.
 *
 * Tells a `progress` for each batch, when its rows are in a file.
 *
 * @throws {UsageError} When the options cannot be run with.
 * @throws {PipelineError} `ERR_DATASET`, `ERR_CONFIG`, `ERR_FORMAT`, `ERR_TOO_MANY_BAD`, `ERR_ENGINE`, `ERR_WRITE` …
 * @example
 * ```ts
 * const data = { data: 'photos', split: 'test' };
 * const { rows, bad } = await embed({ ...data, model: 'runs/a', out: 'runs/a/test' });
 * ```
 */
export function embed(given: EmbedOptions): Run<EmbedResult, EmbeddingsWritten> {
  return startRun(embedVerb, given, async (options, scope, note) => {
    const opened = await openExport(scope, options, note);
    const { data, preprocessing, session, folder, opening } = opened;
    const { signal, draining } = scope;
    const { maxInvalid, batchSize, prefetch, out } = options;
    const wasFinished = folder.left.length === 0;
    const stage = readableImages(data, preprocessing, options);
    const retry = { data, stage, signal, note };
    const usable = options.retryBad ? await retryBad(folder, retry) : new Set<string>();
    if (folder.left.length > 0) note(opening(), [], 'work');
    const bad = quarantine({
      count: folder.positions,
      maxInvalid,
      known: folder.bad,
      knownRepaired: folder.repaired,
      triedBefore: folder.parts.reduce((sum, { positions }) => sum + positions, 0),
    });
    const workers = scope.use(await openImageWorkers());
    const source = identifiedSource(data, preprocessing, options);
    const { embeddingSize: embedding, projectionSize: projection } = session;
    const vectors = watchVectors({ embedding, projection });

    const plans = plansOfRanges(data, folder.left, batchSize);
    return withDemand(plans, { window: prefetch, signal, draining }, (plan$) =>
      plan$.pipe(
        // Read, decode and preprocess, in the threads of `workers`.
        loadInputs(workers, {
          source,
          preprocessing,
          bad: { replacement: skipBad, quarantine: bad },
        }),
        encode(session, { recycle: (pixels) => workers.recycle(pixels), quarantine: bad }),
        vectors.watch,
        writeEmbeddings(folder, bad),
        // An export that was told to stop has positions left: it is continued with `resume`.
        beforeComplete(async () => {
          vectors.tell(note);
          tellTraffic(data, note);
          if (folder.left.length === 0) await folder.finish();
        }),
      ),
    ).pipe(
      listBadOnFailure(bad, (rows) => folder.saveQuarantine(rows)),
      tellRows({ label: 'embed', out, folder, batchSize, wasFinished, usable }),
    );
  });
}
