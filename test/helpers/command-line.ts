import { EventEmitter } from 'node:events';
import { commandLine, type ExitCode } from '../../pipeline/commands/program.ts';
import { textSink } from './text-sink.ts';

/** How a command line ended, and what it said. */
export interface EndedCommand {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line is connected to. */
export interface CommandTerminal {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Width of stdout. */
  readonly columns?: number | undefined;
  /** Whether stderr is a terminal. @default when `onStatus` is given */
  readonly isTTY?: boolean | undefined;
  /** Called after each write to stderr, with the process that signals come from. */
  readonly onStatus?: ((terminal: EventEmitter, text: string) => void) | undefined;
}

/** Runs a command line in this process. */
export async function runCommandLine(
  args: readonly string[],
  { env = {}, columns, onStatus, isTTY = onStatus !== undefined }: CommandTerminal = {},
): Promise<EndedCommand> {
  const [stdout, stderr] = [textSink({ columns }), textSink({ isTTY })];
  const terminal = Object.assign(new EventEmitter(), {
    argv: [],
    env,
    stdout,
    stderr: {
      ...stderr,
      write(text: string) {
        stderr.write(text);
        onStatus?.(terminal, text);
      },
    },
  });
  const exitCode = await commandLine(args, terminal);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}
