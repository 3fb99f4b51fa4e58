import { spawn } from 'node:child_process';
import { errorCode } from '../../operators/files/system-error.ts';

/** Options of `runProgram`. */
export interface RunProgramOptions {
  readonly cwd?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Ends it, and rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Outcome of a program that has ended. */
export interface EndedProgram {
  /** Exit code 0. */
  readonly isDone: boolean;
  /** Undefined when there is no program of that name. */
  readonly exit: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Most text of a program's output that is kept, its end. */
const mostKept = 1 << 20;

/**
 * Runs a program of the user to its end and keeps what it printed. Failing is an outcome, not an error.
 *
 * @param command The program and its arguments; no shell reads them.
 * @throws The reason of the signal.
 */
export async function runProgram(
  [program = '', ...args]: readonly string[],
  { cwd, env, signal }: RunProgramOptions,
): Promise<EndedProgram> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const [stdout, stderr] = [keptText(child.stdout), keptText(child.stderr)];
  try {
    const exit = await new Promise<number | string | undefined>((resolve, reject) => {
      child.on('error', (error) => (isAbsent(error) ? resolve(undefined) : reject(error)));
      child.on('close', (code, killedBy) => resolve(code ?? killedBy ?? undefined));
    });
    signal.throwIfAborted();
    return { isDone: exit === 0, exit, stdout: stdout(), stderr: stderr() };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Not there, or there and no program. */
function isAbsent(error: Error): boolean {
  return ['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error) ?? '');
}

/** The last lines of what a program printed, for a message. */
export function lastLines(text: string, most = 6): string {
  return text
    .trim()
    .split('\n')
    .slice(-most)
    .map((line) => `  ${line}`)
    .join('\n');
}

function keptText(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-mostKept);
  });
  return () => text;
}
