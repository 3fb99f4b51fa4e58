import path from 'node:path';
import { messageOf } from '../../operators/errors.ts';
import { type CardProcess, cardProcess } from './card-process.ts';
import type { Deadline } from './deadline.ts';
import { median } from '../bench/median.ts';
import { type Peer, type PeerSetting, peerSettings } from './peer.ts';
import type { CardResults, Cell } from './results.ts';
import { lossTolerance, type Side } from './side.ts';
import { Late } from './timed-process.ts';
import type { Timing } from './worker-calls.ts';
import { smallerWork, type Workload, workloadTitle } from './workload.ts';

/** Longest part of all time that one cell of the table may take, its start and its repetitions. */
const cellPart = 1 / 9;
/** Longest repetitions of it. */
const repeatSeconds = 1.5;
/** What is not begun when there is less: little can be compiled in it. */
const leastSeconds = 3;

export interface TimeRowsOptions {
  readonly works: readonly Workload[];
  readonly sides: readonly Side[];
  readonly peer: Peer | undefined;
  /** For what both sides read. */
  readonly folder: string;
  readonly deadline: Deadline;
  /** Called when the results have another cell. */
  readonly tell: (what: string) => Promise<void>;
}

/** Fills the rows of the table, in their order, each cell when its turn comes. */
export async function timeRows(
  results: CardResults,
  { works, sides, peer, folder, deadline, tell }: TimeRowsOptions,
): Promise<void> {
  const inputs = rowInputs(works, folder, deadline);
  const processes = new Map(sides.map((side) => [side.name, cardProcess(side)]));
  for (const work of works) {
    const cells: Record<string, Cell> = {};
    results.rows.push({ work, cells });
    const set = async (column: string, time: () => Promise<Cell>): Promise<Cell> => {
      const cell = (cells[column] = await time());
      // When time is up, every cell that is left would be a line.
      if (!('notRun' in cell && cell.notRun === 'time')) {
        await tell(`${workloadTitle(work)}: ${column}`);
      }
      return cell;
    };
    let size = work;
    for (const side of sides) {
      const process = processes.get(side.name)!;
      const cell = await set(side.name, () => timedSide(side, process, work, inputs, deadline));
      // Others are measured in the size that the first one could do.
      if ('ms' in cell && size === work) size = cell.work;
    }
    for (const setting of peer?.settings(work) ?? []) {
      await set(peerSettings[setting], () => timedPeer(peer!, setting, size, inputs, deadline));
    }
    compareValues(results, work, sides, cells);
  }
  for (const process of processes.values()) process.end();
  inputs.end();
}

/** What both sides of each row read, written by a process of its own in the order of the rows. */
interface RowInputs {
  /** The folder of a row, when it is written. */
  of(work: Workload): Promise<string>;
  end(): void;
}

function rowInputs(works: readonly Workload[], folder: string, deadline: Deadline): RowInputs {
  const process = cardProcess(undefined);
  const written = new Map<string, Promise<string>>();
  let last: Promise<unknown> = Promise.resolve();
  const of = (work: Workload): Promise<string> => {
    const name = path.join(folder, nameOf(work));
    const known = written.get(name);
    if (known !== undefined) return known;
    const request = { kind: 'inputs', work, folder: name } as const;
    const writing = last
      .catch(() => {})
      .then(() => process.ask('written', request, Math.max(1, deadline.left())))
      .then(() => name);
    written.set(name, (last = writing));
    // Whoever needs it says that it failed.
    writing.catch(() => {});
    return writing;
  };
  for (const work of works) void of(work);
  return { of, end: () => process.end() };
}

/** Steps and inferences of a network read the same. */
function nameOf(work: Workload): string {
  if (work.what === 'loop') return 'loop';
  if (work.what === 'loss') return `loss-${work.rows}`;
  return `${work.encoder.replace(':', '-')}-${work.rows}-${work.imageSize}`;
}

/** Times a side; where memory is short in the next smaller size. */
async function timedSide(
  side: Side,
  process: CardProcess,
  first: Workload,
  inputs: RowInputs,
  deadline: Deadline,
): Promise<Cell> {
  let work: Workload | undefined = first;
  let failure: unknown;
  while (work !== undefined) {
    const ms = deadline.share(cellPart * deadline.seconds, leastSeconds);
    if (ms === 0) return { notRun: 'time' };
    try {
      const folder = await inputs.of(first);
      const request = { kind: 'time', side, work, folder, seconds: repeatSeconds } as const;
      return cellOf(await process.ask('timing', request, ms), work);
    } catch (error) {
      if (error instanceof Late) return { notRun: `time (${(ms / 1000).toFixed(0)} s)` };
      failure = error;
      // What is half allocated goes with the process.
      process.end();
      work = /memory|alloc|buffer size/iu.test(messageOf(error))
        ? smallerWork(work, first)
        : undefined;
    }
  }
  return { failed: messageOf(failure) };
}

async function timedPeer(
  peer: Peer,
  setting: PeerSetting,
  work: Workload,
  inputs: RowInputs,
  deadline: Deadline,
): Promise<Cell> {
  const ms = deadline.share(cellPart * deadline.seconds, leastSeconds);
  if (ms === 0) return { notRun: 'time' };
  try {
    const timing = await peer.time(work, setting, await inputs.of(work), repeatSeconds, ms);
    return cellOf(timing, work);
  } catch (error) {
    if (error instanceof Late) return { notRun: `time (${(ms / 1000).toFixed(0)} s)` };
    return { failed: messageOf(error) };
  }
}

function cellOf({ ms, ...others }: Timing, work: Workload): Cell {
  return { ...others, ms: median(ms), fastestMs: Math.min(...ms), count: ms.length, work };
}

/** A side that computes something else than PyTorch in float32 is wrong, whatever it passed before. */
function compareValues(
  results: CardResults,
  work: Workload,
  sides: readonly Side[],
  cells: Readonly<Record<string, Cell>>,
): void {
  const wanted = cells[peerSettings.fp32];
  if (wanted === undefined || !('ms' in wanted)) return;
  for (const side of sides) {
    const cell = cells[side.name];
    if (cell === undefined || !('ms' in cell)) continue;
    if ('rows' in cell.work && 'rows' in wanted.work && cell.work.rows !== wanted.work.rows)
      continue;
    const largest = Math.max(...wanted.values.map(Math.abs));
    const off = Math.max(...wanted.values.map((value, at) => Math.abs(value - cell.values[at]!)));
    // Vectors have passed through all layers, one after the other.
    const tolerance = lossTolerance(side) * (work.what === 'inference' ? 3 : 1);
    if (off <= tolerance * largest) continue;
    const found = (results.correctness[side.name] ??= {});
    const what = `${workloadTitle(work)}: ${cell.values.join(', ')} where PyTorch has ${wanted.values.join(', ')}`;
    found.disagreements = [...(found.disagreements ?? []), what];
  }
}
