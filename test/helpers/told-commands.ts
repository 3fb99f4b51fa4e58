import path from 'node:path';

/** The command lines that a verb names at its end as what makes sense next, each as its words; without quotes in them. */
export function toldCommands(stdout: string): readonly (readonly string[])[] {
  const [, told = ''] = stdout.split('\nnext:\n');
  const lines = told.split('\n').filter((line) => line.startsWith('    '));
  return lines.map((line) => line.trim().split(' ').slice(1));
}

/** The same with what lies below a folder by its name there: `runs/a` for `/tmp/x/runs/a`. */
export function toldBelow(stdout: string, root: string): readonly string[] {
  return toldCommands(stdout).map((words) =>
    words
      .map((word) => (word.startsWith(root) ? path.relative(root, word) || '.' : word))
      .join(' '),
  );
}
