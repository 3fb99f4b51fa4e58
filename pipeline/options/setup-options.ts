import { choice, flag, optional, paths } from './option-fields.ts';
import { defineVerb, type OptionFields, type OptionRule, type Verb } from './verb.ts';

/** Options of `setup`. */
export interface SetupOptions {
  /** Engine whose native library is set up. */
  readonly engine: 'tensorflow';
  /** Libraries for the processor alone: 274 MB to download, 0.9 GB unpacked; the default without an NVIDIA driver. @default false */
  readonly cpu?: boolean | undefined;
  /** Libraries for NVIDIA graphics cards as well, with those of NVIDIA: 3.4 GB to download, 5.7 GB unpacked. @default false */
  readonly cuda?: boolean | undefined;
  /** Wheels that are there already, or folders that hold them; only what is missing is downloaded. */
  readonly wheel?: readonly string[] | null | undefined;
  /** Say what would be done, and write nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** Take out of the package what was set up; downloaded wheels stay. @default false */
  readonly remove?: boolean | undefined;
}

const fields: OptionFields<SetupOptions> = {
  engine: choice(['tensorflow'], 'Engine whose native library is set up.'),
  cpu: flag(
    'Libraries for the processor alone: 274 MB to download, 0.9 GB unpacked; the default without an NVIDIA driver.',
  ),
  cuda: flag(
    'Libraries for NVIDIA graphics cards as well, with those of NVIDIA: 3.4 GB to download, 5.7 GB unpacked.',
  ),
  wheel: optional(
    paths(
      'Wheels that are there already, or folders that hold them; only what is missing is downloaded.',
    ),
  ),
  dryRun: flag('Say what would be done, and write nothing.'),
  remove: flag('Take out of the package what was set up; downloaded wheels stay.'),
};

/** `sincere setup tensorflow [--cpu | --cuda]`. */
export const setupVerb: Verb<SetupOptions> = defineVerb<SetupOptions>({
  name: 'setup',
  summary: 'Build the native library of an engine from wheels of PyPI, and verify it.',
  positional: 'engine',
  fields,
  rules: [
    absentWith('cuda', 'cpu'),
    absentWith('cpu', 'remove'),
    absentWith('cuda', 'remove'),
    {
      option: 'wheel',
      expected: 'absent when `remove` is given',
      holds: ({ wheel, remove }) => wheel === null || !remove,
    },
  ],
});

/** Rule of two switches that exclude each other. */
function absentWith(option: 'cpu' | 'cuda', other: 'cpu' | 'remove'): OptionRule<SetupOptions> {
  return {
    option,
    expected: `absent when \`${other}\` is given`,
    holds: (options) => !options[option] || !options[other],
  };
}
