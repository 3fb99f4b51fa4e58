import type { SignalSource } from './interrupts.ts';
import type { StatusLine } from './status-line.ts';

/** Context of a command: what it is connected to. */
export interface CommandContext {
  readonly status: StatusLine;
  readonly signals: SignalSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words before the verb that the user types, such as `sincere` or `npm run -s sincere --`. */
  readonly calledAs: string;
  /** The command line that goes on where this one was interrupted, for verbs that can. */
  readonly resumeCommand: string;
}
