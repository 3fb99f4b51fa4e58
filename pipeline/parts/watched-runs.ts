import { once } from 'node:events';
import type { Observable } from 'rxjs';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { liveReport } from '../../outputs/live/live-report.ts';
import { openLiveServer } from '../../outputs/live/live-server.ts';
import type { RunEvent, TellNote } from './run-event.ts';
import { runTask } from './run-task.ts';

/** Runs that are watched, and where. */
interface WatchedRuns {
  readonly results: readonly string[];
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * Serves a live page of runs until it is stopped. Its address is told, and it has no result.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is no run; `ERR_CONFIG` when the port is taken.
 */
export async function watchedRuns(
  { results, port }: WatchedRuns,
  scope: RunScope,
  note: TellNote,
): Promise<Observable<RunEvent<never>>> {
  const look = await liveReport(results, { signal: scope.signal });
  const server = scope.use(await openLiveServer(look, { port }));
  note(`live page, for this machine alone: ${server.address}`);
  return runTask(scope, async () => await Promise.race([server.failed, stopped(scope)]));
}

async function stopped({ signal, draining }: RunScope): Promise<never> {
  const either = AbortSignal.any([signal, draining]);
  if (!either.aborted) await once(either, 'abort');
  throw either.reason;
}
