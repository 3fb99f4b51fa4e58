// A process of the check: answers `CardRequest`s, each a line of JSON, with lines of JSON. Whatever a driver does to it, the
// check goes on.
import { createInterface } from 'node:readline';
import { messageOf } from '../../operators/errors.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import { engineContract } from '../contract/engine-contract.ts';
import { collectCases, type DeclaredCase, runCase } from './case-runner.ts';
import { openSide, type Side, termsOf } from './side.ts';
import { timedWork } from './timed-work.ts';
import { trainedLosses } from './tiny-training.ts';
import type { CardAnswer, CardRequest } from './worker-calls.ts';

/** Opened at the first request that times it, and kept: a device keeps what it has compiled. */
let engine: Promise<Engine> | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  // Written by the check.
  const answer = await answered(JSON.parse(line) as CardRequest);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function answered(request: CardRequest): Promise<CardAnswer> {
  try {
    return await answerTo(request);
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

async function answerTo(request: CardRequest): Promise<CardAnswer> {
  switch (request.kind) {
    case 'cases':
      return { titles: { few: titlesOf(request.side, 'few'), all: titlesOf(request.side, 'all') } };
    case 'case':
      return { outcome: await runCase(caseOf(request.side, request.title)) };
    case 'training': {
      const opened = await openSide(request.side);
      const losses = await trainedLosses(opened, request.steps);
      await opened.close();
      return { losses };
    }
    case 'inputs': {
      const { writeRowInputs } = await import('./row-inputs.ts');
      await writeRowInputs(request.work, request.folder);
      return { written: true };
    }
    case 'time': {
      const { work, folder, seconds } = request;
      const opened = await (engine ??= openSide(request.side));
      if (work.what !== 'loop') return { timing: await timedWork(opened, work, folder, seconds) };
      // Where images cannot be decoded, that is all that is lost.
      const { timedLoop } = await import('./timed-loop.ts');
      return { timing: await timedLoop(opened, work, folder, seconds) };
    }
    default:
      throw new Error(`Unknown request \`${String(request satisfies never)}\``);
  }
}

function casesOf(side: Side, extent: 'all' | 'few'): readonly DeclaredCase[] {
  const { test, cases } = collectCases();
  engineContract(test, side.name, () => openSide(side), { ...termsOf(side), extent });
  return cases();
}

function titlesOf(side: Side, extent: 'all' | 'few'): readonly string[] {
  return casesOf(side, extent).map(({ title }) => title);
}

function caseOf(side: Side, title: string): DeclaredCase {
  const found = casesOf(side, 'all').find((one) => one.title === title);
  if (found === undefined) throw new Error(`There is no case \`${title}\``);
  return found;
}
