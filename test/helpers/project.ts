import { fileURLToPath } from 'node:url';

/** Whether this is the compiled copy of the project, in `.build/`. */
const compiled = import.meta.url.endsWith('.js');

/** Folder of the project, with what is not compiled: pages, `package.json`, sources as they are written. */
export const project: URL = new URL(compiled ? '../../../' : '../../', import.meta.url);

/** A file of `test/fixtures/` as it is written: never compiled. */
export function fixture(name: string): URL {
  return new URL(`test/fixtures/${name}`, project);
}

/**
 * Arguments by which Node runs one of our own modules as a program of its own, compiled or not as this test is.
 *
 * @param module Written as in the repository: `new URL('../fixtures/train.ts', import.meta.url)`.
 */
export function programArguments(module: URL): readonly string[] {
  const file = fileURLToPath(module);
  return compiled ? [file.replace(/\.ts$/u, '.js')] : ['--import=tsx', file];
}
