import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { messageOf, PipelineError } from '../operators/errors.ts';
import { errorCode } from './system-error.ts';
import { writeError } from './write-error.ts';

/** A folder that only this process writes to. */
export interface FolderLock {
  /** Set when the lock of a dead process was taken over: what to tell the user. */
  readonly note: string | undefined;
  /** Removes the lock. Idempotent. */
  release(): Promise<void>;
}

/** The lock file inside a folder. */
export const LOCK_NAME = '.lock';

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the words of the system; null where it does not say. */
  readonly started: string | null;
}

/**
 * Takes a folder for this process alone, until `release` or the end of the process.
 *
 * The lock names host, process id and the start of the process: an id that was given out again is not
 * taken for the one that held the lock. The lock of a dead process is taken over, and said so.
 *
 * @throws {PipelineError} `ERR_LOCKED` when a living process holds it, or one on another machine,
 * which cannot be asked.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const lockPath = path.join(folder, LOCK_NAME);
  const mine: Holder = {
    host: os.hostname(),
    pid: process.pid,
    started: await processStart(process.pid),
  };
  let note: string | undefined;
  if (!(await tryCreate(lockPath, mine))) {
    const text = await readLock(lockPath);
    const holder = parseHolder(text);
    if (holder === undefined) {
      throw locked(folder, lockPath, 'by a process that did not leave its number');
    }
    if (holder.host !== mine.host) {
      throw locked(folder, lockPath, `by process ${holder.pid} on \`${holder.host}\``);
    }
    if (await isAlive(holder)) throw locked(folder, lockPath, `by process ${holder.pid}`);
    await removeStale(folder, lockPath, text);
    if (!(await tryCreate(lockPath, mine))) {
      throw locked(folder, lockPath, 'by a process that was faster');
    }
    note = `Took over \`${folder}\` from process ${holder.pid}, which ended without closing it.`;
  }
  let released = false;
  return {
    note,
    async release() {
      if (released) return;
      released = true;
      await fs.rm(lockPath, { force: true });
    },
  };
}

async function tryCreate(lockPath: string, holder: Holder): Promise<boolean> {
  try {
    await fs.writeFile(lockPath, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(lockPath, error);
  }
}

async function readLock(lockPath: string): Promise<string> {
  try {
    return await fs.readFile(lockPath, 'utf8');
  } catch (error) {
    throw new PipelineError(
      'ERR_LOCKED',
      `Cannot read \`${lockPath}\`: ${messageOf(error)}. Try again.`,
      {
        path: lockPath,
        cause: error,
      },
    );
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, pid, started } = JSON.parse(text) as Record<keyof Holder, unknown>;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid)) return undefined;
    return { host, pid: Number(pid), started: typeof started === 'string' ? started : null };
  } catch {
    // Not ours, or its process ended in the middle of the write: the caller refuses and says so.
    return undefined;
  }
}

/** Renaming settles who removes a stale lock when several processes find it. */
async function removeStale(folder: string, lockPath: string, text: string): Promise<void> {
  const aside = `${lockPath}.${process.pid}`;
  await fs.rename(lockPath, aside).catch((error: unknown) => {
    throw locked(folder, lockPath, 'by a process that was faster', error);
  });
  if ((await fs.readFile(aside, 'utf8')) !== text) {
    // Another process took over between our look and our rename: its lock goes back.
    await fs.rename(aside, lockPath);
    throw locked(folder, lockPath, 'by a process that was faster');
  }
  await fs.rm(aside);
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const now = await processStart(pid);
  return started === null || now === null || now === started;
}

/** Boot and clock tick at which a process started: unique on a machine. Null where `/proc` is missing. */
async function processStart(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      fs.readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is the command in parentheses and may hold anything; the start is the 22nd.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`;
  } catch {
    // Other systems have no /proc: the process id decides alone there.
    return null;
  }
}

function locked(folder: string, lockPath: string, who: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'ERR_LOCKED',
    `\`${folder}\` is being written ${who}. Wait for it to end, or choose another folder. ` +
      `If no such process runs any more, delete \`${lockPath}\`.`,
    { path: folder, cause },
  );
}
