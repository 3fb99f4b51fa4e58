import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers each line of JSON with a line of JSON, in bounded time. */
export interface TimedProcess {
  /**
   * One at a time. A process that does not answer in time, or ends, is gone afterwards.
   *
   * @throws {Late} When it did not answer in time, and was killed. @throws {Error} When it ended.
   */
  ask(request: unknown, ms: number): Promise<unknown>;
  readonly alive: boolean;
  end(): void;
}

/** A process was killed because its time was up. */
export class Late extends Error {}

const running = new Set<ChildProcess>();
// Nothing that was started outlives the check, however that ends.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts one. What it said last on stderr stands in the error when it ends. */
export function timedProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TimedProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  running.add(child);
  let [alive, said] = [true, ''];
  const kill = (): void => {
    alive = false;
    child.kill('SIGKILL');
  };
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      alive = false;
      running.delete(child);
      reject(new Error(`it ended with ${signal ?? `code ${code}`}: ${lastWords(said)}`));
    });
  });
  // It may end between two requests: the next one says so.
  ended.catch(() => {});
  child.stderr.on('data', (data) => (said = `${said}${String(data)}`.slice(-4000)));
  // A process that has ended does not read; `ended` tells.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    return done === true ? await ended : JSON.parse(value);
  };
  return {
    async ask(request, ms) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return await inTime(Promise.race([answer(), ended]), ms, kill);
    },
    get alive() {
      return alive;
    },
    end: kill,
  };
}

/** The line that names an error, or the last one. */
function lastWords(said: string): string {
  const lines = said.trim().split('\n');
  return lines.findLast((line) => /Error\b/u.test(line)) ?? lines.at(-1)!;
}

async function inTime<T>(work: Promise<T>, ms: number, late: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Late(`no answer within ${(ms / 1000).toFixed(0)} s`));
      late();
    }, ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
