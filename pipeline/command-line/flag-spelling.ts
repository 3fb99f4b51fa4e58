import type { Spelling } from '../options/spelling.ts';
import { flagOf, type Verb } from '../options/verb.ts';

/** How a verb writes its options on the command line: `` `--batch-size 64` ``, `` `--resume` ``, `` `DATA` ``. */
export function flagSpelling<T>({ fields }: Verb<T>): Spelling {
  return (key, value) => {
    const field = fields.find((one) => one.key === key);
    const flag = field?.flag ?? flagOf(key);
    // A switch is on when it is named.
    const isPlain = value === undefined || field?.kind === 'switch';
    return isPlain ? `\`${flag}\`` : `\`${flag} ${value}\``;
  };
}
