import { pipe, tap } from 'rxjs';
import { embed } from '../embed.ts';
import { followRun, type Desk } from '../follow-run.ts';
import type { EmbedOptions } from '../options.ts';
import { showProgress } from '../progress.ts';
import type { RunListener } from '../run-listener.ts';
import type { EmbeddingsWritten } from '../../outputs/write-embeddings.ts';
import type { Outcome } from './outcome.ts';

/** `embed` with progress and signals. */
export async function embedCommand(options: EmbedOptions, desk: Desk): Promise<Outcome> {
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
  const { interrupted } = await followRun(run, desk, {
    progress,
    continueWith: desk.resumeCommand,
  });
  const what = interrupted ? 'stopped after' : 'wrote';
  const unreadable = bad === 0 ? '' : `; ${bad} images could not be read, see quarantine.arrow`;
  return {
    exitCode: interrupted ? 130 : 0,
    lines: [`${what} ${rows} rows in ${options.out}${unreadable}`],
    json: { verb: 'embed', out: options.out, interrupted, rows, bad },
  };
}
