import { pipe, tap } from 'rxjs';
import { nextLines } from '../next/next-step.ts';
import { spelled } from '../options/spelling.ts';
import type { Resolved } from '../options/verb.ts';
import type { RunEvent, RunProgress } from '../parts/run-event.ts';
import type { Command, JsonFields } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { flagSpelling } from './flag-spelling.ts';
import { asCalled } from './called-as.ts';
import { followRun } from './follow-run.ts';
import { showProgress } from './progress.ts';

/** Outcome of a command for its user. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 130;
  /** The result in words. */
  readonly lines: readonly string[];
  /** The result for machines: plain JSON. */
  readonly json: JsonFields;
  /** Lines that name what makes sense next: commands for a person, of which no script needs to be told. */
  readonly next: () => Promise<readonly string[]>;
}

/**
 * Runs a command with its user: shows progress, says notes, stops on signals, says what came of it.
 *
 * @throws What the run fails with.
 */
export async function perform<O, R, S>(
  command: Command<O, R, S>,
  given: Resolved<O>,
  context: CommandContext,
): Promise<Outcome> {
  const { verb, prepare = (options) => options } = command;
  const { status, resumeCommand, calledAs } = context;
  const options = prepare(given, context);
  let last: RunProgress<S> | undefined;
  const hear = (event: RunEvent<R, S>): void => {
    if (event.kind === 'note') {
      const text = asCalled(spelled(event.text, event.options, flagSpelling(verb)), calledAs);
      // An opening says what is as expected; every other note, what may not be.
      if (event.opening === undefined) status.say(text);
      else status.inform(text);
    }
    if (event.kind === 'progress') last = event;
  };
  const progress = pipe(
    tap(hear),
    showProgress<RunEvent<R, S>>({
      status,
      readingOf: (event) => (event.kind === 'progress' ? event : undefined),
    }),
  );
  const continueWith = command.resumable === true ? resumeCommand : undefined;
  const run = command.run(options);
  const { partial } = command;
  const ended = await followRun(run, context, { progress, continueWith, partial });
  const { interrupted } = ended;
  const about = { verb: verb.name, ...command.about(options), interrupted };
  if (ended.last?.kind !== 'result') {
    const json = { ...about, interrupted: true };
    return { exitCode: 130, lines: [command.stopped(options, last)], json, next: nothing };
  }
  const { result } = ended.last;
  const how = { options, interrupted, calledAs };
  const lines = command.lines(result, how);
  const failed = command.failed?.(result) === true;
  const next = async (): Promise<readonly string[]> =>
    nextLines(await command.next(result, how), calledAs);
  return {
    exitCode: interrupted ? 130 : failed ? 1 : 0,
    lines,
    json: { ...about, ...command.json(result, options) },
    // After an interruption it is to go on, which was said; after a failure, to mend what failed.
    next: interrupted || failed ? nothing : next,
  };
}

async function nothing(): Promise<readonly string[]> {
  return [];
}
