import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../operators/random.ts';
import type { EmbeddingsManifest } from '../../outputs/embeddings/embeddings-manifest.ts';
import { partPositions, partNumber } from '../../outputs/exports/export-parts.ts';
import { startProgram } from './program.ts';

/** An export, or one shard of it, as its folder shows it. */
export interface WatchedExport {
  readonly folder: string;
  readonly manifest: string;
  readonly lock: string;
  readonly from: number;
  readonly end: number;
}

/** What an unbroken run has shown: how its time divides. */
export interface Pace {
  /** From the start of the process to the lock on the folder. */
  readonly startMs: number;
  /** From there to the end. */
  readonly workMs: number;
  readonly positions: number;
  /** Of a part, for each position. */
  readonly bytesPerPosition: number;
}

/** When to kill: so long after the start of the process, or so long after a position was reached. */
export type KillPoint =
  { readonly afterStartMs: number } | { readonly atPosition: number; readonly delayMs: number };

/** What the kills of an export hit. */
export interface KillCount {
  kills: number;
  /** While a part was being written under its temporary name. */
  openPart: number;
  /** While a manifest was. */
  openManifest: number;
}

const batchSize = 256;

/**
 * Times to kill at, uniform over an unbroken run from the start of its process to its end.
 *
 * A killed export repeats at most a part, so what a time means for a continued one is the position that an
 * unbroken run has reached by then: in rising order, the export gets on between the kills. Times
 * before the first position are times after the start of whatever process it is.
 */
export function killPoints(kills: number, pace: Pace, range: WatchedExport): readonly KillPoint[] {
  const random = seededRandom('kills', range.from, kills);
  const { startMs, workMs, positions } = pace;
  const share = (range.end - range.from) / positions;
  const total = startMs + workMs * share;
  const points = Array.from({ length: kills }, () => {
    const at = random.uniform() * total;
    if (at < startMs) {
      return { order: random.uniform(), point: { afterStartMs: at } };
    }
    const done = (at - startMs) / (total - startMs);
    // The last two batches could be over before the kill arrives.
    const reach = range.end - range.from - 2 * batchSize;
    const atPosition = range.from + Math.floor(done * reach);
    const delayMs = random.uniform() * (workMs / positions) * batchSize;
    return { order: done, point: { atPosition, delayMs } };
  });
  return points.sort((a, b) => a.order - b.order).map(({ point }) => point);
}

/** Runs the command again and again, killed at each of the points; the caller runs it to the end. */
export async function killAtEach(
  args: readonly string[],
  points: readonly KillPoint[],
  watched: WatchedExport,
  pace: Pace,
): Promise<KillCount> {
  const count: KillCount = { kills: 0, openPart: 0, openManifest: 0 };
  for (const point of points) {
    const { child, ended } = startProgram(args);
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    if ('afterStartMs' in point) {
      await sleep(point.afterStartMs);
    } else {
      while (
        !isOver() &&
        !(holdsLock(watched, child.pid!) && reached(watched, pace) >= point.atPosition)
      ) {
        await sleep(10);
      }
      await sleep(point.delayMs);
    }
    child.kill('SIGKILL');
    const { code, stderr } = await ended;
    if (code !== null)
      throw new Error(`It ended by itself, with ${code}, before the kill: ${stderr}`);
    count.kills += 1;
    const names = existsSync(watched.folder) ? readdirSync(watched.folder) : [];
    const open = names.filter((name) => name.endsWith('.tmp'));
    if (open.some((name) => isPartOf(watched, name))) count.openPart += 1;
    if (open.some((name) => name.startsWith(watched.manifest))) count.openManifest += 1;
  }
  return count;
}

/** Whether the process with this id holds the lock. */
export function holdsLock({ folder, lock }: WatchedExport, pid: number): boolean {
  const text = textOf(path.join(folder, lock));
  return text !== undefined && text.includes(`"pid":${pid},`);
}

/** The position that an export has got to, by its manifest and by the size of the part being written. */
function reached(watched: WatchedExport, { bytesPerPosition }: Pace): number {
  const { folder, manifest, from } = watched;
  const text = textOf(path.join(folder, manifest));
  if (text === undefined) return from;
  const { parts } = JSON.parse(text) as EmbeddingsManifest;
  const next = parts.reduce((sum, { positions }) => sum + positions, from);
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.tmp') || partNumber(name) !== next / partPositions) continue;
    // It may get its name just now.
    const stat = statSync(path.join(folder, name), { throwIfNoEntry: false });
    return next + Math.min((stat?.size ?? 0) / bytesPerPosition, partPositions);
  }
  return next;
}

function isPartOf({ from, end }: WatchedExport, name: string): boolean {
  const first = (partNumber(name) ?? -1) * partPositions;
  return first >= from && first < end;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not there yet, or not any more.
    return undefined;
  }
}
