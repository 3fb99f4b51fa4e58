import { messageOf } from '../../operators/errors.ts';
import { cardProcess } from './card-process.ts';
import type { CaseOutcome } from './case-runner.ts';
import type { ContractResult } from './results.ts';
import { deviceOf, type Side, termsOf } from './side.ts';
import { Late } from './timed-process.ts';
import type { ContractTitles } from './worker-calls.ts';

/** Options of a contract in bounded time. */
export interface CheckContractOptions {
  /** The cases to run. */
  readonly titles: readonly string[];
  /** Processes that take the cases in turns. */
  readonly processes: number;
  /** Milliseconds that are left for it, asked again and again. */
  readonly left: () => number;
  /** What came of it before: cases that passed or failed then are not run again. */
  readonly before?: readonly CaseOutcome[];
}

/** The outcome of each case that ended, those of before among them, and the titles of the others. */
export interface CheckedContract {
  readonly outcomes: readonly CaseOutcome[];
  readonly notRun: readonly string[];
}

/** Runs the engine contract on a side, each process of the check a case after the other. */
export async function checkContract(
  side: Side,
  { titles, processes, left, before = [] }: CheckContractOptions,
): Promise<CheckedContract> {
  const outcomes = [...before];
  const waiting = titles.filter((title) => !before.some((one) => one.title === title));
  const notRun: string[] = [];
  const inTurn = async (): Promise<void> => {
    const process = cardProcess(side, exactProducts(side));
    for (let title = waiting.shift(); title !== undefined; title = waiting.shift()) {
      const ms = left();
      if (ms < 1000) {
        notRun.push(title);
        continue;
      }
      try {
        outcomes.push(await process.ask('outcome', { kind: 'case', side, title }, ms));
      } catch (error) {
        if (error instanceof Late) notRun.push(title);
        else outcomes.push(crashed(title, messageOf(error)));
      }
    }
    process.end();
  };
  await Promise.all(Array.from({ length: processes }, inTurn));
  return { outcomes, notRun };
}

/** What of it stands in the results. */
export function contractResult(side: Side, { outcomes, notRun }: CheckedContract): ContractResult {
  const failed = outcomes.filter(({ passed }) => !passed);
  return {
    passed: outcomes.length - failed.length,
    failed: failed.map(({ title, message }) => ({ title, message })),
    notRun,
    closeness: Math.max(0, ...outcomes.map(({ closeness }) => closeness)),
    rounding: termsOf(side).rounding,
  };
}

/** The titles of its cases. */
export async function contractTitles(side: Side, ms: number): Promise<ContractTitles> {
  const process = cardProcess(side);
  try {
    return await process.ask('titles', { kind: 'cases', side }, ms);
  } finally {
    process.end();
  }
}

function crashed(title: string, message: string): CaseOutcome {
  return { title, passed: false, ms: 0, closeness: 0, message };
}

/** NVIDIA's libraries multiply in TF32 unless they are told not to, and the contract is of float32. */
export function exactProducts(side: Side): Readonly<Record<string, string>> {
  return deviceOf(side) === 'cuda' ? { NVIDIA_TF32_OVERRIDE: '0' } : {};
}
