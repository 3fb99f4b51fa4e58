import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { Fingerprint } from '../../operators/fingerprint.ts';
import type { BadSample, RepairedSample } from '../../operators/types.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { FolderLock } from '../../operators/files/held-lock.ts';
import { mutex } from '../../operators/files/mutex.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { quarantineName, type QuarantineRow, writeQuarantine } from '../tables/write-quarantine.ts';
import { checkExportBatch } from './check-export-batch.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportKind } from './export-kind.ts';
import {
  type ExportManifest,
  type ExportPart,
  finishedParts,
  quarantineRows,
} from './export-manifest.ts';
import type { ExportPiece } from './export-piece.ts';
import { type ExportReport, reportOf } from './export-report.ts';
import { isFinalized, othersWereRepaired } from './export-refusals.ts';
import type { ExportedBatch, OpenPart, PartOpener, SampleReasons } from './open-part.ts';

/** Acknowledgement of one batch. */
export interface WrittenRows {
  readonly rows: number;
  /** Samples of the plan without a row. */
  readonly bad: number;
  /** Rows of the finished parts: those that stay, whatever happens next. */
  readonly kept: number;
}

/** Positions from one to before another. */
export interface PositionRange {
  readonly from: number;
  readonly end: number;
}

/**
 * Folder of an export being written, locked for this process. Calls are served in order.
 *
 * @typeParam B What its rows are made of.
 */
export interface ExportFolder<B extends ExportedBatch> {
  readonly path: string;
  /** The dataset position that comes next: where a continued export goes on, always the start of a part. */
  readonly nextPosition: number;
  /** Positions that are still to come, in this order: parts that are made again, then those after the last part. */
  readonly left: readonly PositionRange[];
  /** The position after the last: that of the dataset, or of the shard. */
  readonly endPosition: number;
  /** Positions from the first to the last of them. */
  readonly positions: number;
  /** Notes for the user about the opening, such as a lock that was taken over. */
  readonly notes: readonly string[];
  /** Finished parts, in order. */
  readonly parts: readonly ExportPart[];
  /** Bad samples of the finished parts. */
  readonly bad: readonly BadSample[];
  /** Repaired samples of the finished parts. */
  readonly repaired: readonly RepairedSample[];
  /** Totals of the finished parts. */
  report(): ExportReport;
  /**
   * Marks the finished parts that lack one of these samples as to be made again, before the first `write`. Until they
   * are, the export is unfinished; interrupted, it is continued like any other.
   * @throws {PipelineError} `ERR_CONFIG` when it is a shard that has become part of a finished export, or one whose
   * images have changed since the others were made.
   */
  redo(ids: ReadonlySet<string>): Promise<void>;
  /** Lists bad images before the export is finished, because they end it. @returns The path. */
  saveQuarantine(rows: readonly QuarantineRow[]): Promise<string>;
  /**
   * Takes in one batch, whose samples follow those of the last; settles when its rows are in a file.
   * @param reasons Asked at the end of a part why samples of it have no row, or were repaired.
   */
  write(batch: B, reasons: SampleReasons): Promise<WrittenRows>;
  /**
   * Writes `quarantine.arrow` and marks the folder as done. Of a shard, marks the shard as done.
   * @throws {PipelineError} `ERR_CONTRACT` when positions are missing.
   */
  finish(): Promise<ExportReport>;
  /** Waits for running calls, drops an unfinished part and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

/** An export as it was begun or is continued, with its lock. */
export interface OpenExport<I extends ExportIdentity, B extends ExportedBatch> {
  readonly kind: ExportKind<I>;
  readonly folder: string;
  readonly piece: ExportPiece<I>;
  readonly manifest: ExportManifest<I>;
  readonly lock: FolderLock;
  /** For the user, about what was found. */
  readonly notes: readonly string[];
  /** Of the images as they are now, if known; the manifest keeps that of the images as they were. */
  readonly fingerprint?: Fingerprint | undefined;
  readonly openPart: PartOpener<B>;
  /** Checks what is of the kind alone, before a batch is taken in. */
  readonly checkBatch?: ((batch: B) => void) | undefined;
}

/** Writer of an open export. The lock is its own now. */
export function exportWriter<I extends ExportIdentity, B extends ExportedBatch>(
  opened: OpenExport<I, B>,
): ExportFolder<B> {
  const { kind, folder, piece, lock, openPart } = opened;
  let { manifest } = opened;
  const { from, end } = piece.positions(manifest.dataset.count);
  let ranges = rangesOf(manifest, from, end);
  let next = ranges[0]?.from ?? end;
  let part: OpenPart<B> | undefined;
  let closed = false;

  const saveManifest = async (
    changes: Partial<Pick<ExportManifest, 'dataset' | 'parts' | 'done'>>,
  ): Promise<void> => {
    const changed = { ...manifest, ...changes };
    await writeAtomicJson(path.join(folder, piece.manifestName), changed, lock.token);
    manifest = changed;
  };
  const finishPart = async (open: OpenPart<B>, reasons: SampleReasons): Promise<void> => {
    // Before a file gets its name: a process that was suspended for long may not be the only one.
    await lock.check();
    const finished = await open.finish(reasons);
    const at = manifest.parts.findIndex(({ first }) => first === finished.first);
    const parts = at < 0 ? [...manifest.parts, finished] : manifest.parts.with(at, finished);
    await saveManifest({ parts });
  };
  const write = async (batch: B, reasons: SampleReasons): Promise<WrittenRows> => {
    if (closed) throw closedAlready(folder);
    checkExportBatch(folder, batch, { next, end: ranges[0]?.end ?? end });
    opened.checkBatch?.(batch);
    let row = 0;
    for (const sample of batch.plan.samples) {
      part ??= await openPart(next);
      if (batch.samples[row]?.position === sample.position) {
        await part.add(sample, batch, row);
        row += 1;
      } else {
        await part.skip(sample);
      }
      next += 1;
      if (next === part.end) {
        await finishPart(part, reasons);
        part = undefined;
      }
    }
    await part?.flush();
    if (next === ranges[0]?.end) {
      ranges = ranges.slice(1);
      next = ranges[0]?.from ?? end;
    }
    const rows = batch.samples.length;
    return { rows, bad: batch.plan.samples.length - rows, kept: report().rows };
  };
  const report = (): ExportReport => reportOf(folder, { parts: finishedParts(manifest) });
  const redo = async (ids: ReadonlySet<string>): Promise<void> => {
    if (!(await isThere(path.join(folder, piece.manifestName)))) throw isFinalized(kind, folder);
    await lock.check();
    // An image that was repaired has other bytes now than the export was begun with.
    const dataset = { ...manifest.dataset, fingerprint: opened.fingerprint };
    const isAnother = jsonDifferences(manifest.dataset, dataset).length > 0;
    if (isAnother && 'shard' in manifest) throw othersWereRepaired(folder);
    const parts = manifest.parts.map((one) =>
      one.bad.some(({ id }) => ids.has(id)) ? { ...one, again: true as const } : one,
    );
    await saveManifest({ dataset, parts, done: false });
    ranges = rangesOf(manifest, from, end);
    next = ranges[0]?.from ?? end;
  };
  const saveQuarantine = async (rows: readonly QuarantineRow[]): Promise<string> => {
    await lock.check();
    const file = path.join(folder, piece.quarantineName);
    await writeQuarantine(file, rows, lock.token);
    return file;
  };
  const finish = async (): Promise<ExportReport> => {
    const covered = positionsOf(finishedParts(manifest));
    if (covered !== end - from)
      throw incomplete(kind.words.one, folder, { expected: end - from, covered });
    if (piece.hasQuarantine) {
      await lock.check();
      const rows = quarantineRows(manifest);
      await writeQuarantine(path.join(folder, quarantineName), rows, lock.token);
    } else {
      // Left by an attempt that they ended.
      await fs.rm(path.join(folder, piece.quarantineName), { force: true });
    }
    if (!manifest.done) {
      await lock.check();
      await saveManifest({ done: true });
    }
    return reportOf(folder, manifest);
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    try {
      await part?.abort();
    } finally {
      await lock.release();
    }
  };

  const exclusively = mutex();
  return {
    path: folder,
    notes: [...(lock.note === undefined ? [] : [lock.note]), ...opened.notes],
    endPosition: end,
    positions: end - from,
    get nextPosition() {
      return next;
    },
    get left() {
      const [first, ...others] = ranges;
      return first === undefined ? [] : [{ from: next, end: first.end }, ...others];
    },
    get parts() {
      return finishedParts(manifest);
    },
    get bad() {
      return finishedParts(manifest).flatMap(({ bad }) => bad);
    },
    get repaired() {
      return finishedParts(manifest).flatMap(({ repaired = [] }) => repaired);
    },
    report,
    redo: (ids) => exclusively(() => redo(ids)),
    saveQuarantine: (rows) => exclusively(() => saveQuarantine(rows)),
    write: (batch, reasons) => exclusively(() => write(batch, reasons)),
    finish: () => exclusively(finish),
    close: () => exclusively(close),
  };
}

/** Positions that are to be written: parts that are made again, then those that no part covers yet. */
function rangesOf(
  { parts }: Pick<ExportManifest, 'parts'>,
  from: number,
  end: number,
): readonly PositionRange[] {
  const again = parts
    .filter((part) => part.again === true)
    .map(({ first, positions }) => ({ from: first, end: first + positions }));
  const next = from + positionsOf(parts);
  return next < end ? [...again, { from: next, end }] : again;
}

/** Positions that parts cover. */
function positionsOf(parts: readonly ExportPart[]): number {
  return parts.reduce((sum, { positions }) => sum + positions, 0);
}

function closedAlready(folder: string): PipelineError {
  return new PipelineError('ERR_CONTRACT', `\`${folder}\` is closed already.`, { path: folder });
}

function incomplete(
  one: string,
  folder: string,
  { expected, covered }: { readonly expected: number; readonly covered: number },
): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Expected ${expected} positions in \`${folder}\`, got ${covered}. Continue the ${one} with \`resume: true\`.`,
    { path: folder, options: ['resume'] },
  );
}
