import { finalize } from '../finalize.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { FinalizeOptions } from '../options/shared-options.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `finalize` with signals. */
export async function finalizeCommand(options: FinalizeOptions, desk: Desk): Promise<Outcome> {
  const { last } = await followRun(finalize(options), desk);
  if (last === undefined) {
    return {
      exitCode: 130,
      lines: ['stopped; run it again'],
      json: { verb: 'finalize', out: options.out, interrupted: true },
    };
  }
  const { path: out, shards, parts, rows, bad, bytes, notes } = last;
  for (const note of notes) desk.status.say(note);
  const what = shards === 0 ? 'was finished before:' : `joined ${shards} shards:`;
  const unreadable = bad === 0 ? '' : `; ${bad} images could not be read, see quarantine.arrow`;
  return {
    exitCode: 0,
    lines: [`${what} ${rows} rows in ${parts} parts in ${out}${unreadable}`],
    json: { verb: 'finalize', out, interrupted: false, shards, parts, rows, bad, bytes },
  };
}
