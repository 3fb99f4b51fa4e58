import test from 'ava';
import { runProgram } from '../../helpers/program.ts';

// Files that are never looked at: nothing else keeps the process alive.
const neverStat = [
  'import fs from "node:fs/promises";',
  'fs.stat = () => new Promise(() => {});',
].join('');

test('a command line that waits for what cannot come any more says so and fails', async (t) => {
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(neverStat)}`;
  const { code, stdout, stderr } = await runProgram(['inspect', 'anything', '--json'], {
    NODE_OPTIONS,
  });
  t.is(code, 1);
  t.regex(stderr, /^error: The program waits for something that cannot come any more/u);
  t.like(JSON.parse(stdout), { error: { code: 'ERR_CONTRACT' } });
});
