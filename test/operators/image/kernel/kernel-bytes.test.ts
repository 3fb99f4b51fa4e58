import { readFile } from 'node:fs/promises';
import test from 'ava';
import { project } from '../../../helpers/project.ts';

test('the kernel that is committed is the one that its source compiles to', async (t) => {
  const builder = new URL('.ci/build-kernel.js', project).href;
  const { kernelText } = (await import(builder)) as { kernelText: () => Promise<string> };
  const committed = await readFile(
    new URL('operators/image/kernel/kernel-bytes.ts', project),
    'utf8',
  );
  t.true(
    (await kernelText()) === committed,
    'Run `node .ci/build-kernel.js` and commit what it writes',
  );
});
