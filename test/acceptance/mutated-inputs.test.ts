import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { writeSpecimens } from '../helpers/mutated-corpus.ts';
import { mutatedKinds } from '../helpers/mutated-kinds.ts';
import type { MutationPlan } from '../helpers/mutation-plan.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const isCampaign = process.env['CAMPAIGN'] !== undefined;
/** Kinds that are opened, a regular expression such as `vectors|npy`. @default all */
const ofKinds = new RegExp(process.env['KINDS'] ?? '', 'u');
/** Damaged files of each kind: in a campaign 20,000 of tars, Parquet and Arrow tables, CSV and JSON Lines, and more of others. */
const casesEach = isCampaign ? 2500 : Math.ceil(1500 / mutatedKinds.length);
/** A case that takes longer hangs. Most take some milliseconds. */
const hangingMs = 60_000;
const mebibyte = 2 ** 20;
/** What opening all files of one kind may add to what the process has ever asked for, used or not. */
const boundBytes = 256 * mebibyte;

const program = programArguments(new URL('../fixtures/open-mutated.ts', import.meta.url));

/** A line that the program prints: memory, or what was wrong. */
interface Told {
  readonly kind: string;
  readonly memory?: Readonly<Record<'largest' | 'VmPeak' | 'VmHWM', number>>;
}

test('every damaged file ends in a result or in an error that names it, within its memory', async (t) => {
  const root = await temporaryFolder(t);
  const written = await writeSpecimens(t, root);
  const specimens = written.filter(({ kind }) => ofKinds.test(kind));
  const plan: MutationPlan = { specimens, casesEach };
  const planFile = path.join(root, 'plan.json');
  await fs.writeFile(planFile, JSON.stringify(plan));
  const canary = await plantCanary(t, root);
  const { letters, told } = await openAll(planFile, casesEach * specimens.length);
  for (const [index, { kind }] of specimens.entries()) {
    const own = letters.slice(index * casesEach, (index + 1) * casesEach);
    const memory = told.find((line) => line.kind === kind && line.memory !== undefined)?.memory;
    t.log(`${kind}: ${countsOf(own)}${memory === undefined ? '' : `; ${inMebibytes(memory)}`}`);
  }
  t.log(`all: ${countsOf(letters)}`);
  const isWrong = ({ memory }: Told): boolean => memory === undefined || memory.VmPeak > boundBytes;
  t.deepEqual(told.filter(isWrong), []);
  t.regex(letters, /^[re]+$/u);
  await canary.isUntouched();
});

/** A file beside the folders that are opened, which some rows would name but for two points: nobody reads or writes it. */
async function plantCanary(
  t: ExecutionContext,
  root: string,
): Promise<{ readonly isUntouched: () => Promise<void> }> {
  const [canary, control] = ['canary.jpg', 'control.jpg'].map((name) => path.join(root, name));
  for (const file of [canary!, control!]) {
    await fs.writeFile(file, 'beside');
    await fs.utimes(file, 1, 2);
  }
  const before = await fs.readdir(root);
  return {
    async isUntouched() {
      const { atimeMs, mtimeMs } = await fs.stat(canary!);
      t.is(mtimeMs, 2000);
      t.deepEqual(await fs.readdir(root), before);
      await fs.readFile(control!);
      // Where a reading sets no time, it cannot be seen.
      if ((await fs.stat(control!)).atimeMs === 1000)
        t.log('not checked: reads leave no time here');
      else t.is(atimeMs, 1000);
    },
  };
}

/** Opens all cases: a process that one of them ends is followed by another, from the next case on. */
async function openAll(
  planFile: string,
  cases: number,
): Promise<{ readonly letters: string; readonly told: readonly Told[] }> {
  let letters = '';
  const told: Told[] = [];
  while (letters.length < cases) {
    const ended = await openFrom(planFile, letters.length);
    letters += ended.letters;
    const lines = ended.stderr.split('\n').filter((line) => line.startsWith('{"kind"'));
    told.push(...lines.map((line) => JSON.parse(line) as Told));
    // The case that ended the process has no letter.
    if (letters.length < cases) letters += ended.isHanging ? 'h' : 'c';
  }
  return { letters, told };
}

async function openFrom(planFile: string, first: number) {
  const child = spawn(process.execPath, [...program, planFile, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // One arena: others are reserved, not used, and would count as memory that was asked for.
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });
  let [letters, stderr, isHanging] = ['', '', false];
  const watchdog = setTimeout(() => {
    isHanging = true;
    child.kill('SIGKILL');
  }, hangingMs);
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    letters += more;
    watchdog.refresh();
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => (stderr += more));
  await once(child, 'close');
  clearTimeout(watchdog);
  return { letters, stderr, isHanging };
}

function countsOf(letters: string): string {
  const words = {
    r: 'results',
    e: 'named errors',
    x: 'other errors',
    m: 'too large',
    c: 'crashes',
    h: 'hangs',
  };
  return Object.entries(words)
    .map(([letter, word]) => `${letters.split(letter).length - 1} ${word}`)
    .join(', ');
}

function inMebibytes(memory: object): string {
  return Object.entries(memory)
    .map(([name, bytes]) => `${name} ${(Number(bytes) / mebibyte).toFixed(1)} MiB`)
    .join(', ');
}
