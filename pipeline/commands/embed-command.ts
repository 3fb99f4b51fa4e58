import { pipe, tap } from 'rxjs';
import { chooseShard } from '../parts/choose-shard.ts';
import { embed } from '../embed.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { EmbedOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import type { RunListener } from '../parts/run-listener.ts';
import type { EmbeddingsWritten } from '../../outputs/embeddings/write-embeddings.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `embed` with progress and signals, and the shard that the environment says where the options say none. */
export async function embedCommand(given: EmbedOptions, desk: Desk): Promise<Outcome> {
  const { shard, why } = chooseShard(given, desk.env);
  if (why !== undefined) desk.status.say(why);
  const options = { ...given, shard };
  let planned: Parameters<NonNullable<RunListener['planned']>>[0] | undefined;
  let [batches, rows, bad] = [0, 0, 0];
  const run = embed(options, {
    planned: (plans) => (planned = plans),
    note: desk.status.say,
  });
  const progress = pipe(
    tap<EmbeddingsWritten>((written) => {
      batches += 1;
      rows += written.rows;
      bad += written.bad;
    }),
    showProgress<EmbeddingsWritten>({
      status: desk.status,
      readingOf: () => ({
        label: 'embed',
        done: (planned?.done ?? 0) + batches,
        total: planned?.total,
        unit: 'images',
        amount: rows + bad,
        detail: bad === 0 ? undefined : `${bad} unreadable`,
      }),
    }),
  );
  const fromElsewhere = shard !== null && given.shard === null;
  const resumeCommand = `${desk.resumeCommand}${fromElsewhere ? ` --shard ${shard}` : ''}`;
  const { interrupted } = await followRun(run, desk, {
    progress,
    continueWith: resumeCommand,
  });
  const what = interrupted ? 'stopped after' : 'wrote';
  const unreadable = bad === 0 ? '' : `; ${bad} images could not be read, see quarantine.arrow`;
  return {
    exitCode: interrupted ? 130 : 0,
    lines: [`${what} ${rows} rows in ${options.out}${unreadable}`],
    json: { verb: 'embed', out: options.out, shard, interrupted, rows, bad },
  };
}
