import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { fixture, project } from '../helpers/project.ts';

// Every other test runs what was compiled. A checkout has to work without that, on its sources.
const run = promisify(execFile);

test('in a checkout the command runs without a build', async (t) => {
  const command = fileURLToPath(new URL('pipeline/sincere.cjs', project));
  const { stdout } = await run(process.execPath, [command, 'doctor', '--json']);
  t.is((JSON.parse(stdout) as { readonly broken: number }).broken, 0, stdout);
});

test('in a checkout a child process runs without a build', async (t) => {
  const program = `
    const { tryInChild } = await import('./operators/threads/try-in-child.ts');
    const asked = { what: 'nothing', argument: 'told', seconds: 60 };
    const { news, failure } = await tryInChild(new URL('${fixture('tell-argument.ts').href}'), asked);
    console.log(JSON.stringify({ news, failure }));
  `;
  const { stdout } = await run(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', program],
    { cwd: project },
  );
  t.deepEqual(JSON.parse(stdout), { news: ['told'] });
});
