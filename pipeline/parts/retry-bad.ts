import { ignoreElements, lastValueFrom, type OperatorFunction } from 'rxjs';
import { perSample } from '../../operators/flow/per-sample.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { onBadSample, skipBad } from '../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import type {
  BadSample,
  BatchPlan,
  Dataset,
  DecodedImage,
  PlannedSample,
} from '../../operators/types.ts';
import type { ExportFolder } from '../../outputs/exports/export-writer.ts';
import type { ExportedBatch } from '../../outputs/exports/open-part.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/** An export of any kind. */
type Retried = Pick<ExportFolder<ExportedBatch>, 'bad' | 'parts' | 'redo'>;

/** Means to try images again. */
export interface RetryOptions {
  readonly data: Dataset;
  /** Reads and decodes one image. */
  readonly stage: OperatorFunction<PlannedSample, DecodedImage>;
  readonly signal: AbortSignal;
  readonly note: TellNote;
}

/**
 * Tries the images again that an export has left out because they could not be read or decoded, and has the parts made
 * again that lack one that can be used now, or say another reason than it has now.
 *
 * An image whose vector could not be used is not tried: the same model makes the same vector.
 *
 * @returns Ids of those that can be used now.
 */
export async function retryBad(
  folder: Retried,
  { data, stage, signal, note }: RetryOptions,
): Promise<ReadonlySet<string>> {
  const before = folder.bad.filter(({ stage: at }) => at !== 'encode');
  const tried = quarantine({ count: data.count, maxInvalid: 1 });
  const trying$ = withDemand(plansOf(folder, data, before), { window: 1, signal }, (plan$) =>
    plan$.pipe(perSample(onBadSample(skipBad, tried, stage))),
  );
  await lastValueFrom(trying$.pipe(ignoreElements()), { defaultValue: undefined });
  const now = new Map(tried.list().map((sample) => [sample.id, sample]));
  const changed = before.filter((sample) => !isSame(sample, now.get(sample.id)));
  const usable = new Set(before.map(({ id }) => id).filter((id) => !now.has(id)));
  if (changed.length > 0) await folder.redo(new Set(changed.map(({ id }) => id)));
  note(outcome(before.length, usable.size));
  return usable;
}

function outcome(before: number, usable: number): string {
  if (before === 0)
    return 'no finished part lacks an image that could not be read: none is tried again';
  return usable === 0
    ? `${counted(before, 'image that was left out was', 'images that were left out were')} tried again; none can be used yet`
    : `${counted(usable)} of ${counted(before, 'image that was', 'images that were')} left out can be used now: what lacks them is made again`;
}

function isSame(before: BadSample, now: BadSample | undefined): boolean {
  return (
    now !== undefined &&
    now.stage === before.stage &&
    now.code === before.code &&
    now.message === before.message
  );
}

/** Batches of the samples that are to be tried, a part at a time. */
async function* plansOf(
  { parts }: Retried,
  data: Dataset,
  before: readonly BadSample[],
): AsyncGenerator<BatchPlan, void, undefined> {
  const wanted = new Set(before.map(({ id }) => id));
  let seq = 0;
  for (const { first, positions, bad } of parts) {
    if (!bad.some(({ id }) => wanted.has(id))) continue;
    const samples = Array.from({ length: positions }, (_, at) => ({
      ...data.sample(first + at),
      position: first + at,
      draw: 0,
    })).filter(({ id }) => wanted.has(id));
    for (let at = 0; at < samples.length; at += samplesAtOnce) {
      yield { seq, epoch: 0, samples: samples.slice(at, at + samplesAtOnce) };
      seq += 1;
    }
  }
}

/** Images that are decoded together: their pixels are held until all of them are. */
const samplesAtOnce = 16;
