import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { faces, root } from './faces.ts';

const run = promisify(execFile);

/**
 * What the compiler has to say of modules that import the package by its public names; empty when it is nothing. They
 * are checked as strictly as the project, except that names may go unused.
 *
 * @param modules Text of each module by the name of its file.
 */
export async function typeErrors(
  t: ExecutionContext,
  modules: ReadonlyMap<string, string>,
): Promise<string> {
  const folder = await folderInside(t);
  for (const [name, text] of modules) await fs.writeFile(path.join(folder, name), text);
  const project = path.join(folder, 'tsconfig.json');
  await fs.writeFile(project, JSON.stringify(configuration([...modules.keys()])));
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  try {
    await run(process.execPath, [compiler, '--project', project], { cwd: folder });
    return '';
  } catch (error) {
    // A compiler that found errors tells them there; one that did not start has no output.
    const { stdout = '', message } = error as Error & { readonly stdout?: string };
    return stdout.trim() === '' ? message : stdout;
  }
}

/** An empty folder from which the packages of the project can be found; removed when the test has ended. */
async function folderInside(t: ExecutionContext): Promise<string> {
  const cache = path.join(root, 'node_modules/.cache');
  await fs.mkdir(cache, { recursive: true });
  const folder = await fs.mkdtemp(path.join(cache, 'sincere-types-'));
  t.teardown(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

function configuration(files: readonly string[]): object {
  const places = Object.entries(faces).map(([name, file]) => [name, [path.join(root, file)]]);
  return {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: {
      paths: Object.fromEntries(places),
      noUnusedLocals: false,
      noUnusedParameters: false,
      verbatimModuleSyntax: false,
      declaration: false,
      isolatedDeclarations: false,
    },
    include: [],
    files,
  };
}
