import fs from 'node:fs/promises';
import path from 'node:path';
import type { LossResult } from '../operators/engine/interface/engine.ts';
import { PipelineError } from '../operators/errors.ts';
import type { LossReadouts } from '../operators/loss/readouts.ts';
import type { LossSpec } from '../operators/loss/loss-spec.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { writeGradient } from '../outputs/embeddings/gradient-file.ts';
import { lossRows } from './parts/loss-rows.ts';
import { lossSpec } from './options/loss-spec.ts';
import { openRunEngine } from './parts/open-run-engine.ts';
import { type LossOptions, lossVerb } from './options/loss-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { noteUnusable } from './parts/open-vector-set.ts';
import { readEmbeddedSet } from './parts/read-embedded-set.ts';

/** The exact loss of an export. */
export interface MeasuredLoss {
  readonly loss: LossSpec;
  /** Mean over the anchors, in nats; NaN without any, which is null in JSON. */
  readonly value: number;
  /** Rows of the export: anchors, those without another row of their class, without a class, and unusable ones. */
  readonly rows: number;
  readonly anchors: number;
  readonly anchorsWithoutPositive: number;
  readonly withoutClass: number;
  /** Rows that were left out, also of the gradient: vectors with NaN, infinity or nothing but zeros. */
  readonly unusable: number;
  /** About the rows with a class. */
  readonly readouts: LossReadouts;
  /** Engine that computed it. */
  readonly engine: string;
  /** Null when no file was asked for. */
  readonly gradient: ArrowFileReport | null;
}

/**
 * The exact loss over all rows of an export, each contrasted with every other one, and its gradient if
 * `gradient` names a file for it.
 *
 * The gradient is `∂L / ∂z` of the rows that the loss saw: with `normalize` those of length 1, not those of the
 * export. Memory is linear in the rows; time is quadratic.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a row is not of unit length and `normalize` is off; `ERR_NOT_FINITE`.
 * @example
 * ```ts
 * const { value, readouts } = await loss({ embeddings: 'runs/a/train', temperature: 0.1 });
 * ```
 */
export function loss(given: LossOptions): Run<MeasuredLoss> {
  return startRun(lossVerb, given, async (options, scope, note) => {
    const { embeddings, layer, normalize, gradient: file } = options;
    const { signal } = scope;
    const set = await readEmbeddedSet(embeddings, layer, signal);
    noteUnusable(set, note);
    const rows = lossRows(set, { layer, normalize });
    // Before the work, so that a file that cannot be written costs no wait.
    if (file !== null) {
      await checkTarget(file);
      await refuseOwnFile(file, embeddings);
    }
    const engine = await openRunEngine(scope, options, note);
    const spec = lossSpec(options);
    const session = await engine.createLoss(spec);
    const known = set.labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);

    return runTask(scope, async (tell) => {
      const onProgress = (done: number): void =>
        tell({ label: 'loss', done, total: known, unit: 'anchors' });
      const wanted = { gradient: file !== null, readouts: true };
      const result = await session.run(rows, { ...wanted, onProgress, signal });
      refuseNotFinite(result, options.temperature);
      const { value, anchors, anchorsWithoutPositive, readouts } = result;
      const report =
        file === null
          ? null
          : await writeGradient(
              file,
              // It was asked for.
              { ids: set.ids, dim: set.dim, gradient: result.gradient! },
              {
                loss: spec,
                value,
                layer,
                normalize,
                datasetHash: set.datasetHash,
                modelHash: set.modelHash,
                engine: `${engine.name}: ${engine.device}`,
              },
              { signal },
            );
      return {
        loss: spec,
        value,
        rows: set.ids.length + set.unusable.rows,
        anchors,
        anchorsWithoutPositive,
        withoutClass: set.ids.length - known,
        unusable: set.unusable.rows,
        // They were asked for, and there are rows.
        readouts: readouts!,
        engine: engine.name,
        gradient: report,
      };
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
    `Expected \`gradient\` to be a file of its own, got \`${file}\`, which belongs to the export. Choose another name.`,
    { path: file, options: ['gradient'] },
  );
}

function refuseNotFinite({ value, gradient, anchors }: LossResult, temperature: number): void {
  // A mean of nothing is no accident of the numbers.
  if (anchors === 0) return;
  if (Number.isFinite(value) && gradient?.every(Number.isFinite) !== false) return;
  throw new PipelineError(
    'ERR_NOT_FINITE',
    `Expected a finite loss and gradient, got a loss of \`${value}\` at temperature \`${temperature}\`; try a higher temperature`,
  );
}
