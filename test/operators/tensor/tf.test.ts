import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';

test('greets nobody', async (t) => {
  const program = `
    const { tf } = await import('./operators/tensor/tf.ts');
    await tf.setBackend('cpu');
    if (tf.add(1, 2).dataSync()[0] !== 3) throw new Error('Wrong sum');
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', program],
    { cwd: new URL('../../../', import.meta.url) },
  );
  t.is(stdout, '');
  t.is(stderr, '');
});
