import path from 'node:path';

/** The process, as far as it says how it was started. */
export interface StartedProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const packageName = 'sincere-embeddings';

/**
 * The words that a person types before the verb, for hints that can be pasted into the same shell.
 *
 * | started by | words |
 * | --- | --- |
 * | `npm run sincere`, `npm start` in a checkout | `npm run -s sincere --` |
 * | a script of another package, or `npx` | `npx sincere-embeddings` |
 * | the installed command | `sincere` |
 * | Node with the file | `node pipeline/sincere.cjs` |
 */
export function calledAs({ argv, env }: StartedProcess): string {
  if (env['npm_lifecycle_event'] !== undefined) {
    const isCheckout = env['npm_package_name'] === packageName && env['npm_command'] !== 'exec';
    return isCheckout ? 'npm run -s sincere --' : `npx ${packageName}`;
  }
  const [, file = 'sincere'] = argv;
  const name = path.basename(file);
  return name === 'sincere' ? name : `node ${path.relative(process.cwd(), file)}`;
}
