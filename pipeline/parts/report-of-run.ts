import path from 'node:path';
import { concatMap, defer, type MonoTypeOperatorFunction, of } from 'rxjs';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { drawnResults } from './drawn-results.ts';
import type { RunEvent, TellNote } from './run-event.ts';
import type { TrainedStep, TrainResult } from './tell-steps.ts';

/** Page of a run. */
interface RunPage {
  /** Folder of the run. */
  readonly out: string;
  readonly wanted: boolean;
  readonly signal: AbortSignal;
  readonly note: TellNote;
}

/**
 * Draws a run as a page, where that is wanted, when it has its result: behind its last step, which nothing waits for.
 *
 * The run is whole without it: a page that cannot be drawn is told.
 */
export function reportOfRun({
  wanted,
  ...page
}: RunPage): MonoTypeOperatorFunction<RunEvent<TrainResult, TrainedStep>> {
  if (!wanted) return (event$) => event$;
  return concatMap((event) =>
    event.kind === 'result'
      ? defer(async () => ({ ...event, result: { ...event.result, report: await drawn(page) } }))
      : of(event),
  );
}

async function drawn({ out, signal, note }: Omit<RunPage, 'wanted'>): Promise<string | null> {
  const file = path.join(out, 'report.html');
  try {
    await drawnResults({ results: [out], out: file, signal, note });
    return file;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    note(`the run is finished, but \`${file}\` could not be drawn: ${messageOf(error)}`);
    return null;
  }
}
