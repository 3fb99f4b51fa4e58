import { chooseShard } from '../command-line/choose-shard.ts';
import type { Command } from '../command-line/command.ts';
import { embed } from '../embed.ts';
import { type EmbedOptions, embedVerb } from '../options/embed-options.ts';
import type { EmbeddingsWritten } from '../../outputs/embeddings/write-embeddings.ts';
import type { EmbedResult } from '../parts/tell-rows.ts';

/** `embed` on the command line, with the shard that the environment says where the options say none. */
export const embedCommand: Command<EmbedOptions, EmbedResult, EmbeddingsWritten> = {
  verb: embedVerb,
  run: embed,
  resumable: true,
  prepare: (given, { status, env }) => {
    const { shard, why } = chooseShard(given, env);
    if (why !== undefined) status.say(why);
    return { ...given, shard };
  },
  stopped: ({ out }, last) => `stopped after ${last?.amount ?? 0} images in ${out}`,
  about: ({ out, shard }) => ({ out, shard }),
  lines: ({ out, rows, bad, badVectors }, { interrupted }) => {
    const what = interrupted ? 'stopped after' : 'wrote';
    return [`${what} ${rows} rows in ${out}${unusable(bad - badVectors, badVectors)}`];
  },
  json: ({ rows, bad, badVectors }) => ({ rows, bad, badVectors }),
};

function unusable(unread: number, vectors: number): string {
  const parts = [
    unread === 0 ? [] : [`${unread} images could not be read`],
    vectors === 0 ? [] : [`${vectors} images gave vectors that cannot be used`],
  ].flat();
  return parts.length === 0 ? '' : `; ${parts.join(', ')}, see quarantine.arrow`;
}
