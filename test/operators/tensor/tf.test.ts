import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { project } from '../../helpers/project.ts';

test('greets nobody', async (t) => {
  const program = `
    const { tf } = await import('./operators/tensor/tf.ts');
    await tf.setBackend('cpu');
    if (tf.add(1, 2).dataSync()[0] !== 3) throw new Error('Wrong sum');
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', program],
    { cwd: project },
  );
  t.is(stdout, '');
  t.is(stderr, '');
});
