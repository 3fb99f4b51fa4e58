import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { messageOf, PipelineError } from '../errors.ts';

/** Options of a child process. */
export interface TryInChildOptions {
  /** Name of the attempt, for errors. */
  readonly what: string;
  /** Handed to the module as `process.argv[3]`, as JSON. */
  readonly argument: unknown;
  /** Variables of its environment besides those of this process. @default none */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** After so many seconds it is killed, above 0. */
  readonly seconds: number;
}

/** Outcome of a child process that has ended. */
export interface ChildOutcome<News> {
  /** Messages that it sent with `process.send`, in order. */
  readonly news: readonly News[];
  /** Its error output. */
  readonly printed: string;
  /** Failure, or undefined when it ended by itself and without an error. It may have told everything before. */
  readonly failure: { readonly kind: 'late' | 'crashed'; readonly words: string } | undefined;
}

/**
 * Runs one of our own modules in a process of its own, in the repository (`.ts`) and packed (`.js`) alike: for native code
 * that may crash or not return, which no thread survives or can stop.
 *
 * @typeParam News What the module sends, and nothing else.
 * @throws {PipelineError} `ERR_ENGINE` when the process does not start.
 */
export async function tryInChild<News>(
  module: URL,
  { what, argument, env, seconds }: TryInChildOptions,
): Promise<ChildOutcome<News>> {
  const packed = import.meta.url.endsWith('.js');
  const target = packed ? module.href.replace(/\.ts$/, '.js') : module.href;
  const child = fork(
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
  const news: News[] = [];
  child.on('message', (told) => news.push(told as News));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, seconds * 1000);
  try {
    const [[code, signal], printed] = await Promise.all([
      // Emitted by `ChildProcess` with these two.
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
      child.stderr === null ? '' : text(child.stderr),
    ]);
    const failed = (kind: 'late' | 'crashed', words: string): ChildOutcome<News> => ({
      news,
      printed,
      failure: { kind, words },
    });
    if (late) return failed('late', `it did not answer within \`${seconds}\` s`);
    if (code === 0) return { news, printed, failure: undefined };
    const how = signal === null ? `code \`${code}\`` : `\`${signal}\``;
    const last = printed.trim().split('\n').at(-1) ?? '';
    return failed('crashed', `its trial ended with ${how}: ${last}`);
  } catch (cause) {
    const message = `The trial of ${what} did not start: ${messageOf(cause)}`;
    throw new PipelineError('ERR_ENGINE', message, { cause });
  } finally {
    clearTimeout(timer);
  }
}
