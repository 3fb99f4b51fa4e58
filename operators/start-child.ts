import { type ChildProcess, fork } from 'node:child_process';

/** How a child process is started. */
export interface StartChildOptions {
  /** Handed to the module as `process.argv[3]`, as JSON. */
  readonly argument: unknown;
  /** Variables of its environment besides those of this process. @default none */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * A process that runs one of our own modules, in the repository (`.ts`) and packed (`.js`) alike: for native code
 * that may crash or not return, which no thread survives or can stop.
 *
 * What it prints is not shown: its error output can be read from `stderr`. It speaks through `process.send`, and belongs
 * to the caller, who ends it.
 */
export function startChild(module: URL, { argument, env }: StartChildOptions): ChildProcess {
  const packed = import.meta.url.endsWith('.js');
  const target = packed ? module.href.replace(/\.ts$/, '.js') : module.href;
  return fork(
    new URL('worker-bootstrap.mjs', import.meta.url),
    [target, JSON.stringify(argument)],
    {
      // The bootstrap registers what the module needs; options of this process, such as a debugger, are not its own.
      execArgv: [],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    },
  );
}
