/**
 * A card check in one command, for whoever has a graphics card for a few minutes: `npm run check:card -- [--out card-results]
 * [--seconds 220] [--python python3] [--threads N] [--small] [--software] [--processor]`.
 *
 * What is there is found first: TensorFlow, and ONNX Runtime on WebGPU and CUDA. Then each must be right: the engine contract,
 * and 50 steps of training beside the `cpu` engine. Then one table is filled: steps and inferences of ResNet-18 and ResNet-50,
 * the loss, and the share of waiting of a training loop, beside PyTorch where the Python has it. `card.json` and `card.md`
 * in the folder are written after every part; what time did not suffice for is said to be not run.
 *
 * On a machine without a card it says what it found and stops. `--software` takes a software adapter for WebGPU and
 * `--processor` the processor, both in small sizes, to try the check itself. Exit code 0 when everything that was run is right, 1
 * when something is wrong, 2 when there was nothing to check.
 */
import { rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../operators/errors.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { mutex } from '../../operators/files/mutex.ts';
import { cardProcess } from './card-process.ts';
import {
  type CheckedContract,
  checkContract,
  contractResult,
  contractTitles,
  exactProducts,
} from './check-contract.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { findSides } from './find-sides.ts';
import { openPeer, peerSettings } from './peer.ts';
import { type CardResults, isWrong, shown, type TrainingResult } from './results.ts';
import { saveResults } from './save-results.ts';
import { resultsText } from './results-text.ts';
import { lossTolerance, onCard, type Side } from './side.ts';
import { timeRows } from './time-rows.ts';
import { Late } from './timed-process.ts';
import type { ContractTitles } from './worker-calls.ts';
import { trainingDifference } from './tiny-training.ts';
import { cardWorkloads, smallWorkloads, tinyWorkloads, type Workload } from './workload.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'card-results' },
    seconds: { type: 'string', default: '220' },
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string' },
    small: { type: 'boolean', default: false },
    software: { type: 'boolean', default: false },
    processor: { type: 'boolean', default: false },
  },
});
const deadline = deadlineIn(Number(values.seconds));
const threads = values.threads === undefined ? availableCores() : Number(values.threads);
const trainingSteps = 50;
/** Parts end side by side, and files are written one after the other. */
const saving = mutex();

const results: CardResults = {
  version: 1,
  started: new Date().toISOString(),
  finished: false,
  seconds: 0,
  machine: {
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: availableCores(),
    memoryGb: Math.round(os.totalmem() / 1e9),
    node: process.version,
    system: `${os.platform()} ${os.release()}`,
  },
  found: [],
  peer: {},
  correctness: {},
  columns: [],
  rows: [],
};
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-card-'));
// However it ends, but by SIGKILL; the processes that were started end with it (`timed-process.ts`).
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exit(await check(deadline));

async function check(deadline: Deadline): Promise<number> {
  const reference = cardProcess(undefined);
  const wanted = referenceLosses(reference, deadline);
  // Who needs them says that there are none.
  wanted.catch(() => {});
  const opening = openPeer(values.python, deadline.share(60));
  const { software, processor } = values;
  // A card answers in seconds; software that stands in for one takes its time.
  const seconds = Math.min(software ? 240 : 45, Number(values.seconds) / 4);
  const { sides, said } = await findSides({ threads, software, processor, seconds, folder });
  results.found = said;
  await tell('devices');
  if (sides.length === 0) {
    results.finished = true;
    await tell('nothing to check');
    console.log(resultsText(results));
    console.log(
      '\nNo graphics card that can be used: nothing is checked. `--software` takes a software adapter for WebGPU, and ' +
        '`--processor` the processor, to try the check itself.',
    );
    return 2;
  }

  const checked = await checkSides(sides, wanted, deadline);
  reference.end();
  const opened = await opening;
  const peer = typeof opened === 'string' ? undefined : opened;
  results.peer = typeof opened === 'string' ? { version: opened } : opened.described;
  const right = sides.filter(({ name }) => !isWrong(results, name));
  const settings = peer === undefined ? [] : Object.values(peerSettings);
  results.columns = [...sides.map(({ name }) => name), ...settings];
  await timeRows(results, { works: worksFor(sides), sides: right, peer, folder, deadline, tell });
  peer?.end();
  await checkRest(right, checked, deadline);
  results.finished = true;
  await tell('done');
  console.log(resultsText(shown(results)));
  return sides.some(({ name }) => isWrong(results, name)) ? 1 : 0;
}

/** The rows of the table, in sizes that the slowest of the sides can do. */
function worksFor(sides: readonly Side[]): readonly Workload[] {
  if (values.software) return tinyWorkloads;
  return values.small || !sides.some(onCard) ? smallWorkloads : cardWorkloads;
}

/** The contract of a side so far, and the titles of all its cases. */
type Checked = CheckedContract & { readonly titles: ContractTitles };

/** The contract in few cases, and the training, of all sides side by side: numbers are not in each other's way. */
async function checkSides(
  sides: readonly Side[],
  wanted: Promise<readonly number[]>,
  deadline: Deadline,
): Promise<ReadonlyMap<string, Checked>> {
  const until = deadline.spent() + Number(values.seconds) / 3;
  const left = (): number => Math.max(0, 1000 * (until - deadline.spent()));
  const processes = processesFor(sides);
  const checked = new Map<string, Checked>();
  await Promise.all(
    sides.map(async (side) => {
      const found = (results.correctness[side.name] = results.correctness[side.name] ?? {});
      const trained = training(side, wanted, left).then(async (result) => {
        found.training = result;
        await tell(`${side.name}: training beside the reference`);
      });
      const contract = await mainCases(side, processes, left);
      checked.set(side.name, contract);
      found.contract = contractResult(side, contract);
      const which =
        contract.notRun.length === 0
          ? 'its main cases'
          : 'those of its main cases that time allowed';
      await tell(`${side.name}: engine contract, ${which}`);
      await trained;
    }),
  );
  return checked;
}

/** The main cases of the contract. That a process of the side does not even start is a case that failed. */
async function mainCases(side: Side, processes: number, left: () => number): Promise<Checked> {
  try {
    const titles = await contractTitles(side, deadline.left());
    return { titles, ...(await checkContract(side, { titles: titles.few, processes, left })) };
  } catch (error) {
    const failed = { title: 'it starts', passed: false, ms: 0, closeness: 0 };
    const outcomes = [{ ...failed, message: messageOf(error) }];
    return { titles: { few: [], all: [] }, outcomes, notRun: [] };
  }
}

/** The cases of the contract that are left, in the time that is left. */
async function checkRest(
  sides: readonly Side[],
  checked: ReadonlyMap<string, Checked>,
  deadline: Deadline,
): Promise<void> {
  const left = (): number => Math.max(0, deadline.left() - 2000);
  const processes = processesFor(sides);
  await Promise.all(
    sides.map(async (side) => {
      const { titles, outcomes: before } = checked.get(side.name)!;
      const contract = await checkContract(side, { titles: titles.all, processes, left, before });
      results.correctness[side.name]!.contract = contractResult(side, contract);
      const which = contract.notRun.length === 0 ? 'all cases' : 'the cases that time allowed';
      await tell(`${side.name}: engine contract, ${which}`);
    }),
  );
}

function processesFor(sides: readonly Side[]): number {
  return Math.max(1, Math.min(4, Math.floor(availableCores() / (2 * Math.max(1, sides.length)))));
}

async function referenceLosses(
  reference: ReturnType<typeof cardProcess>,
  deadline: Deadline,
): Promise<readonly number[]> {
  const side: Side = { name: 'cpu', words: 'the reference', threads: 1, env: {}, engine: 'cpu' };
  const request = { kind: 'training', side, steps: trainingSteps } as const;
  return await reference.ask('losses', request, deadline.left());
}

async function training(
  side: Side,
  wanted: Promise<readonly number[]>,
  left: () => number,
): Promise<TrainingResult> {
  const own = cardProcess(side, exactProducts(side));
  try {
    const request = { kind: 'training', side, steps: trainingSteps } as const;
    const losses = await own.ask('losses', request, left());
    const difference = trainingDifference(losses, await wanted);
    return { steps: trainingSteps, difference, tolerance: lossTolerance(side) };
  } catch (error) {
    return error instanceof Late ? { notRun: 'time' } : { failed: messageOf(error) };
  } finally {
    own.end();
  }
}

async function tell(what: string): Promise<void> {
  results.seconds = deadline.spent();
  await saving(() => saveResults(results, values.out));
  process.stderr.write(`${deadline.spent().toFixed(0).padStart(4)} s  ${what}\n`);
}
