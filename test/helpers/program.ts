import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../pipeline/sincere.cjs', import.meta.url));

/** How a process ended, and what it said. */
export interface EndedProgram {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in a process of its own. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedProgram>;
}

/** Starts `sincere` with these arguments, as a shell does. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  user: Readonly<{ uid?: number }> = {},
): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...user,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (more: string) => (said[name] += more));
  }
  const ended = (async () => {
    // Not `exit`: what it said last may still be on its way then.
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  })();
  return { child, ended };
}

/** A user who may read no more than everyone, where this one is root, to whom nothing is forbidden. */
export const anyone: Readonly<{ uid?: number }> = process.getuid?.() === 0 ? { uid: 65_534 } : {};

/** Runs it to its end. */
export async function runProgram(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  user?: Readonly<{ uid?: number }>,
): Promise<EndedProgram> {
  return await startProgram(args, env, user).ended;
}
