import { choice, optional, path, paths } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `finalize`. */
export interface FinalizeOptions {
  /** Folder that the shards were written to, or several with `out`. */
  readonly folders: readonly string[];
  /** Folder for the finished export; the one with the shards when not given. */
  readonly out?: string | null | undefined;
  /** Check of each part: its size, or also its SHA-256. @default 'hash' */
  readonly verify?: 'size' | 'hash' | undefined;
}

const fields: OptionFields<FinalizeOptions> = {
  folders: paths('Folder that the shards were written to, or several with `out`.'),
  out: optional(path('Folder for the finished export; the one with the shards when not given.')),
  verify: choice(['size', 'hash'], 'Check of each part: its size, or also its SHA-256.').default(
    'hash',
  ),
};

/** `sincere finalize DIR`. */
export const finalizeVerb: Verb<FinalizeOptions> = defineVerb<FinalizeOptions>({
  name: 'finalize',
  summary: 'Check the shards of an export and make one finished export of them.',
  positional: 'folders',
  fields,
  rules: [
    {
      option: 'out',
      expected: 'a path when there is more than one folder',
      holds: ({ folders, out }) => folders.length === 1 || out !== null,
    },
  ],
});
