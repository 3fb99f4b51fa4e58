import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PipelineError } from '../errors.ts';
import { type FolderLock, heldLock, type Lock } from './held-lock.ts';
import { canBeAsked, isAlive, thisHolder } from './holder-process.ts';
import { beatText, describeHolder, holderText, parseHolder } from './lock-holder.ts';
import { partialSuffix } from './partial-file.ts';
import { errorCode, isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/** Name of a lock, and the patience with a holder that cannot be asked. */
export interface LockOptions {
  /** Name of the lock file. @default '.lock' */
  readonly name?: string | undefined;
  /**
   * Heartbeat timeout: milliseconds that a holder in another container or on another machine is watched for a sign of
   * life, before its lock is taken over; a holder gives one six times in that time. @default never taken over
   */
  readonly watchMs?: number | undefined;
  /** Way to write elsewhere, for the error; null for none. @default 'choose another folder' */
  readonly elsewhere?: string | null | undefined;
}

/** The lock file inside a folder. */
export const lockName = '.lock';

/**
 * Exclusive lock: takes a folder for this process alone, until `release` or the end of the process.
 *
 * The lock names host, namespace of process ids, process id and the start of the process: an id that was given
 * out again is not taken for the one that held the lock. The lock of a dead process is taken over, and said so.
 *
 * Processes of other machines and containers cannot be asked: a process id means nothing there, and clocks
 * differ. So the holder counts up a number in the file, and whoever finds the lock watches the number. A
 * holder that was suspended for longer than that finds out by `check`, before it gives a file its name.
 *
 * @throws {PipelineError} `ERR_LOCKED` when a living process holds it, or one that cannot be asked.
 */
export async function lockFolder(folder: string, options: LockOptions = {}): Promise<FolderLock> {
  const { name = lockName, watchMs, elsewhere = 'choose another folder' } = options;
  const mine = await thisHolder();
  const lock: Lock = { folder, lockPath: path.join(folder, name), mine, watchMs, elsewhere };
  const note = (await tryCreate(lock)) ? undefined : await takeOver(lock);
  return heldLock(lock, note);
}

/** Tests whether a folder is being written: somebody holds its lock who has not ended, as far as that can be asked. */
export async function isBeingWritten(folder: string): Promise<boolean> {
  const text = await fs
    .readFile(path.join(folder, lockName), 'utf8')
    // Of a lock that cannot be read nothing is known.
    .catch((error: unknown) => (isMissing(error) ? undefined : ''));
  if (text === undefined) return false;
  const holder = parseHolder(text);
  const isAsked = holder !== undefined && canBeAsked(holder, await thisHolder());
  return !isAsked || (await isAlive(holder));
}

/** Takes over the lock of a dead holder. @returns What to tell the user. */
async function takeOver(lock: Lock): Promise<string> {
  const { folder, mine } = lock;
  const text = await readLock(lock.lockPath);
  const who = describeHolder(parseHolder(text), mine);
  const death = await signOfDeath(lock, text);
  if (death === undefined) throw locked(lock, who);
  await removeStale(lock, text);
  if (!(await tryCreate(lock))) throw locked(lock, 'by a process that was faster');
  return `Took over \`${folder}\` from ${who.replace(/^by /u, '')}, which ${death}.`;
}

/** Evidence that the holder is dead; undefined when it may be alive. */
async function signOfDeath(lock: Lock, text: string): Promise<string | undefined> {
  const { mine, watchMs } = lock;
  const holder = parseHolder(text);
  if (holder !== undefined && canBeAsked(holder, mine)) {
    return (await isAlive(holder)) ? undefined : 'ended without closing it';
  }
  if (watchMs === undefined || (await givesSign(lock.lockPath, text, watchMs))) return undefined;
  return `gave no sign of life for ${Math.ceil(watchMs / 1000)} s`;
}

/** Writes the lock file, unless there is one. */
async function tryCreate({ lockPath, mine }: Lock): Promise<boolean> {
  let file;
  try {
    file = await fs.open(lockPath, 'wx');
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(lockPath, error);
  }
  try {
    await file.writeFile(holderText(mine) + beatText(0));
  } catch (error) {
    // On a full disk a name can be made that nothing fits into.
    await fs.rm(lockPath, { force: true });
    throw writeError(lockPath, error);
  } finally {
    await file.close();
  }
  return true;
}

async function readLock(lockPath: string): Promise<string> {
  try {
    return await fs.readFile(lockPath, 'utf8');
  } catch (error) {
    throw new PipelineError(
      'ERR_LOCKED',
      `Cannot read \`${lockPath}\`: ${messageOf(error)}. Try again.`,
      { path: lockPath, cause: error },
    );
  }
}

/** Watches for a sign of life: true when the lock changes or goes away within that time. */
async function givesSign(lockPath: string, text: string, watchMs: number): Promise<boolean> {
  const end = performance.now() + watchMs;
  while (performance.now() < end) {
    await sleep(watchMs / 12);
    // Opened each time: network file systems look at the server then, and not at what they remember.
    if ((await readLock(lockPath)) !== text) return true;
  }
  return false;
}

/** Renaming settles who removes a stale lock when several processes find it. */
async function removeStale(lock: Lock, text: string): Promise<void> {
  const { lockPath, mine } = lock;
  const aside = `${lockPath}.${mine.token}${partialSuffix}`;
  await fs.rename(lockPath, aside).catch((error: unknown) => {
    throw locked(lock, 'by a process that was faster', error);
  });
  if ((await fs.readFile(aside, 'utf8')) !== text) {
    // Another process took over between our look and our rename: its lock goes back.
    await fs.rename(aside, lockPath);
    throw locked(lock, 'by a process that was faster');
  }
  await fs.rm(aside);
}

function locked(
  { folder, lockPath, elsewhere }: Lock,
  who: string,
  cause?: unknown,
): PipelineError {
  const ways = ['Wait for it to end', ...(elsewhere === null ? [] : [elsewhere])].join(', or ');
  return new PipelineError(
    'ERR_LOCKED',
    `\`${folder}\` is being written ${who}. ${ways}. ` +
      `If no such process runs any more, delete \`${lockPath}\`.`,
    { path: folder, cause },
  );
}
