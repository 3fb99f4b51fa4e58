import type { Spelling } from '../options/spelling.ts';
import { flagOf, type Verb } from '../options/verb.ts';

/** Spelling of options on the command line: `` `--batch-size 64` ``, `` `--resume` ``, `` `DATA` ``. */
export function flagSpelling<T>({ fields }: Verb<T>): Spelling {
  return (key, value) => {
    const flag = fields.find((one) => one.key === key)?.flag ?? flagOf(key);
    // A switch is on when it is named.
    const isPlain = value === undefined || value === 'true';
    return isPlain ? `\`${flag}\`` : `\`${flag} ${value}\``;
  };
}
