import fs from 'node:fs/promises';
import path from 'node:path';
import { Observable } from 'rxjs';
import type { LossResult } from '../operators/engine/seam/engine.ts';
import { PipelineError } from '../operators/errors.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import type { LossSpec, LossReadouts } from '../operators/types.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { checkTarget } from '../outputs/files/check-target.ts';
import { writeGradient } from '../outputs/embeddings/gradient-file.ts';
import { lossRows } from './parts/loss-rows.ts';
import { lossSpec } from './options/loss-spec.ts';
import { openRunEngine } from './parts/open-run-engine.ts';
import type { LossOptions } from './options/shared-options.ts';
import { readEmbeddedSet } from './parts/read-embedded-set.ts';

/** How far the loss is. */
export interface LossAdvance {
  readonly kind: 'progress';
  /** Rows that have been anchors, and rows that will be. */
  readonly done: number;
  readonly total: number;
}

/** The exact loss of an export. */
export interface MeasuredLoss {
  readonly kind: 'result';
  readonly loss: LossSpec;
  /** Mean over the anchors, in nats; 0 without any. */
  readonly value: number;
  /** Rows of the export: anchors, those without another row of their class, and those without a class. */
  readonly rows: number;
  readonly anchors: number;
  readonly anchorsWithoutPositive: number;
  readonly withoutClass: number;
  /** About the rows with a class. */
  readonly readouts: LossReadouts;
  /** What computed it. */
  readonly engine: string;
  /** Null when no file was asked for. */
  readonly gradient: ArrowFileReport | null;
}

/**
 * The exact loss over all rows of an export, each contrasted with every other one, and its gradient if
 * `options.gradient` names a file for it.
 *
 * The gradient is `∂L / ∂z` of the rows that the loss saw: with `options.normalize` those of length 1, not
 * those of the export. Memory is linear in the rows; time is quadratic.
 */
export function loss(options: LossOptions): ScopedRun<LossAdvance | MeasuredLoss> {
  const { embeddings, layer, normalize, gradient: file } = options;
  return runScoped(async (scope) => {
    const { signal } = scope;
    const set = await readEmbeddedSet(embeddings, layer, signal);
    const rows = lossRows(set, { layer, normalize });
    // Before the work, so that a file that cannot be written costs no wait.
    if (file !== null) {
      await checkTarget(file);
      await refuseOwnFile(file, embeddings);
    }
    const engine = await openRunEngine(scope, options);
    const spec = lossSpec(options);
    const session = await engine.createLoss(spec);

    const { ids, labels, dim } = set;
    const known = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
    const measured = async (onProgress: (done: number) => void): Promise<MeasuredLoss> => {
      const wanted = { gradient: file !== null, readouts: true };
      const result = await session.run(rows, { ...wanted, onProgress, signal });
      refuseNotFinite(result, options);
      const { value, anchors, anchorsWithoutPositive, gradient, readouts } = result;
      const { datasetHash, modelHash } = set;
      const provenance = { loss: spec, value, layer, normalize, datasetHash, modelHash };
      const report =
        file === null
          ? null
          : await writeGradient(
              file,
              // It was asked for.
              { ids, dim, gradient: gradient! },
              { ...provenance, engine: `${engine.name}: ${engine.device}` },
              { signal },
            );
      return {
        kind: 'result',
        loss: spec,
        value,
        rows: ids.length,
        anchors,
        anchorsWithoutPositive,
        withoutClass: ids.length - known,
        // They were asked for, and there are rows.
        readouts: readouts!,
        engine: engine.name,
        gradient: report,
      };
    };
    // Unsubscribing aborts the signal of the scope, which ends the computation.
    return new Observable((subscriber) => {
      const running = measured((done) => {
        subscriber.next({ kind: 'progress', done, total: known });
      }).then(
        (result) => {
          subscriber.next(result);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      // An aborted run is closed when its temporary file is gone.
      scope.defer(() => running);
    });
  });
}

/** A gradient in the place of a part would destroy what it is the gradient of. */
async function refuseOwnFile(file: string, folder: string): Promise<void> {
  const name = path.basename(file);
  if (!/^(part-\d+\.arrow|quarantine\.arrow|manifest\.json)$/u.test(name)) return;
  if ((await fs.realpath(path.dirname(file))) !== (await fs.realpath(folder))) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`--gradient\` to be a file of its own, got \`${file}\`, which belongs to the export. Choose another name.`,
    { path: file },
  );
}

function refuseNotFinite({ value, gradient }: LossResult, { temperature }: LossOptions): void {
  if (Number.isFinite(value) && gradient?.every(Number.isFinite) !== false) return;
  throw new PipelineError(
    'ERR_NOT_FINITE',
    `Expected a finite loss and gradient, got a loss of \`${value}\` at temperature \`${temperature}\`; try a higher temperature`,
  );
}
