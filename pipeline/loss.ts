import fs from 'node:fs/promises';
import path from 'node:path';
import type { LossResult } from '../operators/engine/interface/engine.ts';
import { PipelineError } from '../operators/errors.ts';
import type { LossReadouts } from '../operators/loss/readouts.ts';
import type { EmbeddingLayer } from '../operators/evaluation/vectors/unit-vectors.ts';
import type { LossSpec } from '../operators/loss/loss-spec.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import type { VectorFileProvenance } from '../outputs/tables/evaluation-files.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { isThere } from '../operators/files/system-error.ts';
import { schemeOf } from '../operators/location-scheme.ts';
import { writeGradient } from '../outputs/embeddings/gradient-file.ts';
import { lossRows } from './parts/loss-rows.ts';
import { lossSpec } from './options/loss-spec.ts';
import { openRunEngine } from './parts/open-run-engine.ts';
import { type LossOptions, lossVerb } from './options/loss-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { type ReadSet, readEmbeddedSet } from './parts/read-embedded-set.ts';

/** The exact loss of a set of vectors. */
export interface MeasuredLoss {
  readonly loss: LossSpec;
  /** Mean over the anchors, in nats; NaN without any, which is null in JSON. */
  readonly value: number;
  /** Layer of the rows. */
  readonly layer: EmbeddingLayer;
  /** File that they were read from; null for an export. */
  readonly file: VectorFileProvenance | null;
  /** Rows of the set: anchors, those without another row of their class, without a class, and unusable ones. */
  readonly rows: number;
  readonly anchors: number;
  readonly anchorsWithoutPositive: number;
  readonly withoutClass: number;
  /** Rows that `exclude` left out, which are not among `rows`. */
  readonly excluded: number;
  /** Rows that were left out, also of the gradient: vectors that are not finite, or have no length. */
  readonly unusable: number;
  /** About the rows with a class. */
  readonly readouts: LossReadouts;
  /** Engine that computed it. */
  readonly engine: string;
  /** Null when no file was asked for. */
  readonly gradient: ArrowFileReport | null;
}

/**
 * The exact loss over all rows of a set, each contrasted with every other one, and its gradient if
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
    const { embeddings, normalize, gradient: file } = options;
    const { signal } = scope;
    const set = await readEmbeddedSet(embeddings, options, scope, note);
    const { layer } = set;
    const rows = lossRows(set, { layer, normalize });
    // Before the work, so that a file that cannot be written costs no wait.
    if (file !== null) {
      await checkTarget(file);
      await refuseOwnFile(file, set);
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
                contentHash: set.file?.contentHash ?? null,
                modelHash: set.modelHash,
                engine: `${engine.name}: ${engine.device}`,
              },
              { signal },
            );
      return {
        loss: spec,
        value,
        layer,
        file: set.file,
        rows: set.ids.length + set.unusable.rows,
        anchors,
        anchorsWithoutPositive,
        withoutClass: set.ids.length - known,
        excluded: set.excluded ?? 0,
        unusable: set.unusable.rows,
        // They were asked for, and there are rows.
        readouts: readouts!,
        engine: engine.name,
        gradient: report,
      };
    });
  });
}

/** A gradient in the place of what it is the gradient of would destroy it. */
async function refuseOwnFile(file: string, set: ReadSet): Promise<void> {
  const isOwn = set.file === null ? await isOfExport(file, set.name) : await isSame(file, set.name);
  if (!isOwn) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`gradient\` to be a file of its own, got \`${file}\`, which ${set.file === null ? 'belongs to the export' : 'holds the vectors'}. Choose another name.`,
    { path: file, options: ['gradient'] },
  );
}

async function isOfExport(file: string, folder: string): Promise<boolean> {
  const name = path.basename(file);
  if (!/^(part-\d+\.arrow|quarantine\.arrow|manifest\.json)$/u.test(name)) return false;
  return (await fs.realpath(path.dirname(file))) === (await fs.realpath(folder));
}

/** Of a name that is no path of this machine it is false. */
async function isSame(file: string, name: string): Promise<boolean> {
  if (!(await isThere(file)) || schemeOf(name) !== null) return false;
  return (await fs.realpath(file)) === (await fs.realpath(name));
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
