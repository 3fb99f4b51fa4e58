import { concatMap, from, of, type OperatorFunction } from 'rxjs';
import type { RowsWritten } from '../../outputs/exports/write-rows.ts';
import type { PreparedFolder } from '../../outputs/prepared/prepared-folder.ts';
import { type MeasuringOptions, measuredSavings, type Savings } from './measured-savings.ts';
import type { OpenPreparation } from './open-preparation.ts';
import type { RunEvent } from './run-event.ts';
import type { WrittenResult } from './tell-rows.ts';

/** Result of a preparation: what its folder holds, and what it saves. */
export interface PrepareResult extends WrittenResult {
  /** Bytes of the files of the images that are stored. */
  readonly sourceBytes: number;
  /** Bytes of the parts and their indices. */
  readonly bytes: number;
  /** Null of a shard, and of what is not finished or was finished before. */
  readonly savings: Savings | null;
}

/** The piece that is made, and how images are decoded. */
export interface TellSavingsOptions extends Omit<MeasuringOptions, 'preparation'> {
  readonly shard: string | null;
}

/** Adds to the result of a preparation what it saves, measured when it is finished. */
export function tellSavings(
  { data, preparation, folder }: Pick<OpenPreparation, 'data' | 'preparation' | 'folder'>,
  { shard, decoder, signal }: TellSavingsOptions,
): OperatorFunction<RunEvent<WrittenResult, RowsWritten>, RunEvent<PrepareResult, RowsWritten>> {
  const complete = async (result: WrittenResult): Promise<PrepareResult> => {
    const isWhole = result.finished && !result.unchanged && shard === null;
    const savings = isWhole
      ? await measuredSavings(folder.path, data, { preparation, decoder, signal })
      : null;
    return { ...result, ...bytesOf(folder), savings };
  };
  return concatMap((event) =>
    event.kind === 'result'
      ? from(complete(event.result).then((result) => ({ kind: 'result' as const, result })))
      : of(event),
  );
}

function bytesOf({ parts }: PreparedFolder): Pick<PrepareResult, 'sourceBytes' | 'bytes'> {
  return {
    sourceBytes: parts.reduce((sum, { imageBytes }) => sum + (imageBytes ?? 0), 0),
    bytes: parts.reduce((sum, { bytes, index }) => sum + bytes + (index?.bytes ?? 0), 0),
  };
}
