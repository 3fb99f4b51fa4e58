import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { programArguments } from '../../helpers/project.ts';

/** What the program prints. */
interface Standstills {
  readonly outcomes: Readonly<Record<string, string>>;
  readonly told: readonly string[];
  readonly listeners: number;
}

// In a process of its own: AVA, too, ends a test when the event loop runs empty.
const program = programArguments(new URL('../../fixtures/standstill.ts', import.meta.url));
const seen = (async () => {
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return JSON.parse(stdout) as Standstills;
})();

test('a pipeline that drops a plan, or never ends, is an error for every window, also beside idle threads', async (t) => {
  const outcomes = Object.entries((await seen).outcomes);
  t.is(outcomes.length, 40);
  t.deepEqual(
    outcomes.filter(([, outcome]) => outcome !== 'ERR_CONTRACT'),
    [],
  );
});

test('the last to wait is told first, each once, who left is not told, and in the end nobody listens', async (t) => {
  t.deepEqual((await seen).told, ['last', 'first']);
  t.is((await seen).listeners, 0);
});
