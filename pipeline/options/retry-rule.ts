import type { OptionRule } from './verb.ts';

/** `retryBad` is about what an earlier run found. */
export const retryRule: OptionRule<{
  readonly retryBad?: boolean | undefined;
  readonly resume?: boolean | undefined;
}> = {
  option: 'retryBad',
  expected: 'absent unless `resume` continues what is there',
  holds: ({ retryBad, resume }) => !retryBad || resume,
};
