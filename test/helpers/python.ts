import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';

const run = promisify(execFile);

/** The Python of the tests: of `SINCERE_PYTHON`, else the one of the system. */
export const python: string = process.env['SINCERE_PYTHON'] ?? 'python3';

/** Whether that Python has a module; a test that lacks it says so, and passes. */
export async function hasPython(t: ExecutionContext, ...modules: string[]): Promise<boolean> {
  try {
    await run(python, ['-c', `import ${modules.join(', ')}`]);
    return true;
  } catch {
    t.log(
      `left out: \`${python}\` lacks one of ${modules.join(', ')}; name another in SINCERE_PYTHON`,
    );
    t.pass();
    return false;
  }
}

/** What a script prints, as JSON. @param args Its `sys.argv[1:]`. */
export async function pythonJson(script: string, args: readonly string[]): Promise<unknown> {
  const options = { maxBuffer: 2 ** 28, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } };
  const { stdout } = await run(python, ['-c', script, ...args], options);
  return JSON.parse(stdout) as unknown;
}
