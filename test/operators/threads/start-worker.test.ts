import test from 'ava';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startWorker } from '../../../operators/threads/start-worker.ts';
import { fixture } from '../../helpers/project.ts';

const echo = new URL('../../fixtures/echo-worker.ts', import.meta.url);

test('runs a TypeScript module and everything it imports', async (t) => {
  const worker = startWorker(echo, { workerData: { answer: 42 } });
  // Under load it has ended by the time that its message is read.
  const exited = once(worker, 'exit');
  const [message] = (await once(worker, 'message')) as [unknown];
  t.deepEqual(message, { workerData: { answer: 42 }, code: 'ERR_ENGINE' });
  const [exitCode] = (await exited) as [number];
  t.is(exitCode, 0);
});

test('runs in a process started with the tsx command', async (t) => {
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
  const program = fileURLToPath(fixture('print-echo.ts'));
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, program]);
  t.is(stdout.trim(), 'ERR_ENGINE');
});

test('reports a module that cannot be loaded', async (t) => {
  const worker = startWorker(new URL('./absent-worker.ts', import.meta.url));
  const [error] = (await once(worker, 'error')) as [unknown];
  t.regex(String(error), /absent-worker/);
});

test('refuses what is not a TypeScript module', (t) => {
  t.throws(() => startWorker(new URL('https://example.org/a.ts')), {
    instanceOf: TypeError,
    message: /file: URL ending in \.ts/,
  });
  t.throws(() => startWorker(new URL('file:///a.js')), { instanceOf: TypeError });
});
