import { withChosenShard } from '../command-line/choose-shard.ts';
import type { Command } from '../command-line/command.ts';
import { embed } from '../embed.ts';
import { type EmbedOptions, embedVerb } from '../options/embed-options.ts';
import type { EmbeddingsWritten } from '../../outputs/embeddings/write-embeddings.ts';
import type { EmbedResult } from '../parts/tell-rows.ts';
import { counted } from '../../operators/message-words.ts';
import { afterExport } from '../next/after-export.ts';
import { finalizeStep } from '../next/finalize-step.ts';

/** `embed` on the command line, with the shard that the environment says where the options say none. */
export const embedCommand: Command<EmbedOptions, EmbedResult, EmbeddingsWritten> = {
  verb: embedVerb,
  run: embed,
  resumable: true,
  prepare: withChosenShard,
  stopped: ({ out }, last) =>
    last === undefined
      ? `stopped before the first batch; what ${out} held before stays`
      : `stopped; at least ${counted(last.kept ?? 0, 'row is', 'rows are')} kept in ${out}`,
  about: ({ out, shard }) => ({ out, shard }),
  lines: (result, { options, interrupted }) => [
    `${outcome(result, options, interrupted)}${leftOut(result, options)}`,
  ],
  next: async ({ out }, { options }) =>
    options.shard === null ? await afterExport(out, options) : [finalizeStep(out)],
  json: ({ out: _out, ...result }) => ({ ...result }),
};

function outcome(
  { out, rows, bad, ...result }: EmbedResult,
  { shard }: Pick<EmbedOptions, 'shard'>,
  interrupted: boolean,
): string {
  const { written, recovered, finished, unchanged } = result;
  if (unchanged) {
    const others =
      bad === 0 ? '' : `, ${counted(bad)} left out; try them again with \`--retry-bad\``;
    const what = typeof shard === 'string' ? `shard ${shard} of the export` : 'the export';
    return `nothing to do: ${what} in ${out} is finished (${counted(rows, 'row')}${others})`;
  }
  if (interrupted && !finished)
    return `stopped: ${counted(rows, 'row is', 'rows are')} kept in ${out}`;
  const before = written === rows ? '' : `, which holds ${counted(rows)}`;
  const again =
    recovered === 0
      ? ''
      : `; ${counted(recovered, 'image that was left out has', 'images that were left out have')} a row now`;
  return `wrote ${counted(written, 'row')} in ${out}${before}${again}`;
}

/** Images without a row, and repaired ones. They are listed when the whole export is finished. */
function leftOut(
  { bad, badVectors, repaired, finished, unchanged }: EmbedResult,
  { shard }: Pick<EmbedOptions, 'shard'>,
): string {
  if (unchanged || bad + repaired === 0) return '';
  const unread = bad - badVectors;
  const parts = [
    unread === 0 ? [] : [`${counted(unread, 'image')} could not be read`],
    repaired === 0 ? [] : [`${counted(repaired, 'image was', 'images were')} repaired`],
    badVectors === 0 ? [] : [`${counted(badVectors, 'image')} gave vectors that cannot be used`],
  ].flat();
  const isListed = finished && (shard === null || shard === undefined);
  return `; ${parts.join(', ')}${isListed ? ', see quarantine.arrow' : ''}`;
}
