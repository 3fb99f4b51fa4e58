import { runProgram, type RunProgramOptions } from './run-program.ts';

/** Commands that are pip on one system or another; of a virtual environment where one is active. */
const candidates = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** The user's pip. */
export interface Pip {
  readonly command: readonly string[];
  /** As it calls itself, such as `pip 23.0.1`. */
  readonly version: string;
}

/** Finds the user's pip; undefined when there is none that runs. */
export async function findPip(
  options: Pick<RunProgramOptions, 'env' | 'signal'>,
): Promise<Pip | undefined> {
  for (const command of candidates) {
    const { isDone, stdout } = await runProgram([...command, '--version'], options);
    const [version] = /^pip \d[\w.]*/u.exec(stdout) ?? [];
    if (isDone && version !== undefined) return { command, version };
  }
  return undefined;
}
