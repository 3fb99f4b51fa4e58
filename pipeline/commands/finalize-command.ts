import type { FinalizedExport } from '../../outputs/exports/finalize-export.ts';
import type { Command } from '../command-line/command.ts';
import { finalize } from '../finalize.ts';
import { type FinalizeOptions, finalizeVerb } from '../options/finalize-options.ts';
import { counted } from '../../operators/message-words.ts';
import { afterFolder } from '../next/after-folder.ts';

/** `finalize` on the command line. */
export const finalizeCommand: Command<FinalizeOptions, FinalizedExport> = {
  verb: finalizeVerb,
  run: finalize,
  stopped: () => 'stopped; run it again',
  about: ({ out }) => ({ out }),
  lines: ({ path, shards, parts, rows, bad }) => {
    const what = shards === 0 ? 'was finished before:' : `joined ${counted(shards, 'shard')}:`;
    const unreadable = bad === 0 ? '' : `; ${counted(bad, 'image')} left out, see quarantine.arrow`;
    return [`${what} ${counted(rows, 'row')} in ${counted(parts, 'part')} in ${path}${unreadable}`];
  },
  next: async ({ path }) => await afterFolder(path),
  json: ({ path: out, shards, parts, rows, bad, bytes }) => ({
    out,
    shards,
    parts,
    rows,
    bad,
    bytes,
  }),
};
