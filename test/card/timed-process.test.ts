import test from 'ava';
import { Late, timedProcess } from './timed-process.ts';

const echo = `
process.stdin.on('data', (data) => {
  const asked = JSON.parse(data);
  if (asked === 'end') { console.error('no more'); process.exit(3); }
  if (asked !== 'wait') console.log(JSON.stringify({ asked }));
});`;

test('a process answers, ends, or is ended when it takes too long', async (t) => {
  const start = () => timedProcess(process.execPath, ['-e', echo], {});
  const answering = start();
  t.deepEqual(await answering.ask('a', 60_000), { asked: 'a' });
  t.deepEqual(await answering.ask(['b'], 60_000), { asked: ['b'] });
  await t.throwsAsync(answering.ask('end', 60_000), { message: /it ended with code 3: no more/u });
  t.false(answering.alive);
  await t.throwsAsync(answering.ask('c', 60_000), { message: /it ended with code 3/u });
  const waiting = start();
  await t.throwsAsync(waiting.ask('wait', 1), { instanceOf: Late, message: /within 0 s/u });
  t.false(waiting.alive);
  await t.throwsAsync(waiting.ask('a', 60_000), { message: /it ended with SIGKILL/u });
  await t.throwsAsync(timedProcess('/no/such/program', [], {}).ask('a', 60_000), {
    message: /ENOENT/u,
  });
});
