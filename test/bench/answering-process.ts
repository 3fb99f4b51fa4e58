import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that answers a line of JSON with a line of JSON. */
export interface AnsweringProcess<Described, Answer> {
  /** Its first line: what it is. */
  readonly described: Described;
  /** One at a time. */
  ask(request: object): Promise<Answer>;
  end(): void;
}

/** Starts one side of a benchmark. What it says on stderr is passed on. */
export async function answeringProcess<Described extends object, Answer>(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<AnsweringProcess<Described, Answer>> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`\`${command}\` ended before it answered`);
    return JSON.parse(value);
  };
  // Both sides of a benchmark are ours to write: what they answer is what the caller says.
  const described = (await next()) as Described;
  return {
    described,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return (await next()) as Answer;
    },
    end: () => child.stdin.end(),
  };
}

/**
 * Command line of one of our own sides: `name` is a module in this folder. Its threads run the package as it is
 * built, without a compiler of TypeScript in each of them.
 */
export function ourSide(name: string, built: URL, args: readonly string[]): string[] {
  const bootstrap = fileURLToPath(
    new URL('../../operators/threads/worker-bootstrap.mjs', import.meta.url),
  );
  return [bootstrap, new URL(name, import.meta.url).href, built.href, ...args];
}

/**
 * Environment of a peer. With `keepFreed` the GNU C library keeps freed memory in the process, and takes more of it at a
 * time, which is faster where page faults are dear. What tunes an OpenBLAS here (`OPENBLAS_…`) is not the peer's own.
 */
export function peerEnvironment(keepFreed: boolean): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(
    ([name]) => name !== 'OPENBLAS_CORETYPE' && name !== 'OPENBLAS_L2_SIZE',
  );
  return { ...Object.fromEntries(others), ...(keepFreed ? keptMemory : {}) };
}

const keptMemory = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  MALLOC_TOP_PAD_: '268435456',
};
