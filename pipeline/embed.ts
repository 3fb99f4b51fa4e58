import { pipe } from 'rxjs';
import { encode } from '../operators/stages/encode.ts';
import { beforeComplete } from '../operators/flow/before-complete.ts';
import { perSample } from '../operators/flow/per-sample.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { withDemand } from '../operators/flow/with-demand.ts';
import { decodeImage } from '../operators/stages/decode-image.ts';
import { onBadSample, skipBad } from '../operators/stages/on-bad-sample.ts';
import { quarantine } from '../operators/stages/quarantine.ts';
import { readImage } from '../operators/stages/read-image.ts';
import { prepareInputs } from '../operators/stages/prepare-inputs.ts';
import { inputShrinkTarget } from '../operators/image/preprocessing.ts';
import { openViewMaker } from '../operators/image/view-maker.ts';
import { planInOrder } from '../operators/plan/plan-in-order.ts';
import { type EmbeddingsWritten, writeEmbeddings } from '../outputs/embeddings/write-embeddings.ts';
import { decodePermits, readPermits } from './parts/native-permits.ts';
import { openExport } from './parts/open-export.ts';
import type { EmbedOptions } from './options/shared-options.ts';
import type { RunListener } from './parts/run-listener.ts';

/**
 * Exports the vectors of every readable image, once each, in dataset order; with `shard` those of one piece.
 *
 * Emits once for each batch, when its rows are in a file.
 */
export function embed(
  options: EmbedOptions,
  listener: RunListener = {},
): ScopedRun<EmbeddingsWritten> {
  return runScoped(async (scope) => {
    const { data, preprocessing, session, folder } = await openExport(scope, options, listener);
    const { signal, draining } = scope;
    const { maxBadShare, batchSize, window } = options;
    const viewer = scope.use(await openViewMaker());
    const bad = quarantine({ count: folder.positions, maxBadShare, known: folder.bad });
    const shrinkTo = inputShrinkTarget(preprocessing);

    const plans = planInOrder(data, {
      batchSize,
      startAt: folder.nextPosition,
      endAt: folder.endPosition,
    });
    return withDemand(plans, { window, signal, draining }, (plan$) =>
      plan$.pipe(
        perSample(
          onBadSample(
            skipBad,
            bad,
            pipe(
              readImage(data, { permits: readPermits }),
              decodeImage({ permits: decodePermits, shrinkTo }),
            ),
          ),
        ),
        prepareInputs(viewer, preprocessing),
        encode(session, { recycle: (pixels) => viewer.recycle(pixels) }),
        writeEmbeddings(folder, bad),
        // An export that was told to stop has positions left: it is continued with `--resume`.
        beforeComplete(async () => {
          if (folder.nextPosition === folder.endPosition) await folder.finish();
        }),
      ),
    );
  });
}
