import path from 'node:path';

/** The process, as far as it says how it was started. */
export interface StartedProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The words that a person types before the verb, for hints that can be pasted into the same shell.
 *
 * | started by | words |
 * | --- | --- |
 * | `npm run sincere`, `npm start` in a checkout | `npm run -s sincere --` |
 * | Node with the file of a checkout | `node pipeline/sincere.cjs` |
 * | `npx`, or a script of a package that has it installed | `npx sincere-embeddings` |
 * | the command that was installed globally | `sincere` |
 */
export function calledAs({ argv, env }: StartedProcess): string {
  const [, file = 'sincere'] = argv;
  const script = env['npm_lifecycle_event'];
  if (path.basename(file) === 'sincere.cjs') {
    const isOurs = script === 'sincere' || script === 'start';
    return isOurs ? 'npm run -s sincere --' : `node ${path.relative(process.cwd(), file)}`;
  }
  return script === undefined ? 'sincere' : 'npx sincere-embeddings';
}

/** A text whose commands, such as `` `sincere doctor` ``, begin with the words that a person types here. */
export function asCalled(text: string, called: string): string {
  return text.replaceAll('`sincere ', () => `\`${called} `);
}
