import { filter, lastValueFrom, map, type Observable, tap, toArray } from 'rxjs';
import type { RunEvent, RunProgress } from '../../pipeline/parts/run-event.ts';
import type { Run } from '../../pipeline/parts/start-run.ts';

/** Only the steps of a run, as they are acknowledged. */
export function steps<S>(output$: Observable<RunEvent<unknown, S>>): Observable<S> {
  return output$.pipe(
    filter((event): event is RunProgress<S> => event.kind === 'progress'),
    map(({ step }) => step),
  );
}

/** Every step of a run, when it is closed. */
export async function stepsOf<S>(run: Run<unknown, S>): Promise<S[]> {
  const told = await lastValueFrom(steps(run.output$).pipe(toArray()));
  await run.closed;
  return told;
}

/** The notes of a run, when it is closed. */
export async function notesOf(run: Run<unknown, unknown>): Promise<readonly string[]> {
  const notes: string[] = [];
  const hear = (event: RunEvent<unknown, unknown>): void => {
    if (event.kind === 'note') notes.push(event.text);
  };
  await lastValueFrom(run.output$.pipe(tap(hear)), { defaultValue: undefined });
  await run.closed;
  return notes;
}
