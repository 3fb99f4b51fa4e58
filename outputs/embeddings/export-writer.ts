import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, EmbeddingBatch, RepairedSample } from '../../operators/types.ts';
import { writeAtomicJson } from '../files/atomic-file.ts';
import type { FolderLock } from '../files/held-lock.ts';
import { mutex } from '../files/mutex.ts';
import { quarantineName, writeQuarantine } from '../tables/write-quarantine.ts';
import { checkEmbeddingBatch } from './check-embedding-batch.ts';
import { type ExportManifest, quarantineRows } from './embeddings-manifest.ts';
import { type OpenPart, partOpener, type SampleReasons } from './embeddings-part.ts';
import { type EmbeddingsReport, reportOf } from './embeddings-report.ts';
import type { ExportPiece } from './export-piece.ts';

/** Acknowledgement of one batch. */
export interface WrittenRows {
  readonly rows: number;
  /** Samples of the plan without a row. */
  readonly bad: number;
}

/** An embeddings folder being written, locked for this process. Calls are served in order. */
export interface EmbeddingsFolder {
  readonly path: string;
  /** The dataset position that comes next: where a continued export goes on, always the start of a part. */
  readonly nextPosition: number;
  /** The position after the last: that of the dataset, or of the shard. */
  readonly endPosition: number;
  /** Positions from the first to the last of them. */
  readonly positions: number;
  /** Notes for the user about the opening, such as a lock that was taken over. */
  readonly notes: readonly string[];
  /** Bad samples of the finished parts. */
  readonly bad: readonly BadSample[];
  /** Repaired samples of the finished parts. */
  readonly repaired: readonly RepairedSample[];
  /**
   * Takes in one batch, whose samples follow those of the last; settles when its rows are in a file.
   * @param reasons Asked at the end of a part why samples of it have no row, or were repaired.
   */
  write(batch: EmbeddingBatch, reasons: SampleReasons): Promise<WrittenRows>;
  /**
   * Writes `quarantine.arrow` and marks the folder as done. Of a shard, marks the shard as done.
   * @throws {PipelineError} `ERR_CONTRACT` when positions are missing.
   */
  finish(): Promise<EmbeddingsReport>;
  /** Waits for running calls, drops an unfinished part and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

/** An export as it was begun or is continued, with its lock. */
export interface OpenExport {
  readonly folder: string;
  readonly piece: ExportPiece;
  readonly manifest: ExportManifest;
  readonly lock: FolderLock;
}

/** Writer of an open export. The lock is its own now. */
export function embeddingsWriter(opened: OpenExport): EmbeddingsFolder {
  const { folder, piece, lock } = opened;
  let { manifest } = opened;
  const { from, end } = piece.positions(manifest.dataset.count);
  const { layers } = manifest;
  const openPart = partOpener(folder, manifest, lock.token);
  let next = from + positionsOf(manifest);
  let part: OpenPart | undefined;
  let closed = false;

  const saveManifest = async (
    changes: Partial<Pick<ExportManifest, 'parts' | 'done'>>,
  ): Promise<void> => {
    const changed = { ...manifest, ...changes };
    await writeAtomicJson(path.join(folder, piece.manifestName), changed, lock.token);
    manifest = changed;
  };
  const finishPart = async (open: OpenPart, reasons: SampleReasons): Promise<void> => {
    // Before a file gets its name: a process that was suspended for long may not be the only one.
    await lock.check();
    const finished = await open.finish(reasons);
    await saveManifest({ parts: [...manifest.parts, finished] });
  };
  const write = async (batch: EmbeddingBatch, reasons: SampleReasons): Promise<WrittenRows> => {
    if (closed) throw closedAlready(folder);
    checkEmbeddingBatch(folder, batch, { next, end, layers });
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
    return { rows: batch.samples.length, bad: batch.plan.samples.length - batch.samples.length };
  };
  const finish = async (): Promise<EmbeddingsReport> => {
    const covered = positionsOf(manifest);
    if (covered !== end - from) throw incomplete(folder, end - from, covered);
    if (piece.hasQuarantine) {
      await lock.check();
      const rows = quarantineRows(manifest);
      await writeQuarantine(path.join(folder, quarantineName), rows, lock.token);
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
    notes: lock.note === undefined ? [] : [lock.note],
    endPosition: end,
    positions: end - from,
    get nextPosition() {
      return next;
    },
    get bad() {
      return manifest.parts.flatMap(({ bad }) => bad);
    },
    get repaired() {
      return manifest.parts.flatMap(({ repaired = [] }) => repaired);
    },
    write: (batch, reasons) => exclusively(() => write(batch, reasons)),
    finish: () => exclusively(finish),
    close: () => exclusively(close),
  };
}

/** Positions that the finished parts cover. */
function positionsOf({ parts }: ExportManifest): number {
  return parts.reduce((sum, { positions }) => sum + positions, 0);
}

function closedAlready(folder: string): PipelineError {
  return new PipelineError('ERR_CONTRACT', `\`${folder}\` is closed already.`, { path: folder });
}

function incomplete(folder: string, expected: number, covered: number): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Expected ${expected} positions in \`${folder}\`, got ${covered}. Continue the export with \`resume: true\`.`,
    { path: folder, options: ['resume'] },
  );
}
