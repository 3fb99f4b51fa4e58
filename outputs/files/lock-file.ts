import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { partialSuffix } from './partial-file.ts';
import { errorCode, isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/** A folder, or one piece of work in it, that only this process writes to. */
export interface FolderLock {
  /** Set when the lock of a dead process was taken over: what to tell the user. */
  readonly note: string | undefined;
  /** Different for every lock that was ever taken: keeps temporary files of two holders apart. */
  readonly token: string;
  /**
   * That the lock is still ours. A process that was suspended for long may have lost it.
   * @throws {PipelineError} `ERR_LOCKED` when it is not; `ERR_WRITE` when the whole folder is gone.
   */
  check(): Promise<void>;
  /** Removes the lock, if it is still ours. Idempotent. */
  release(): Promise<void>;
}

/** Which lock, and what to do about a holder that cannot be asked. */
export interface LockOptions {
  /** Name of the lock file. @default '.lock' */
  readonly name?: string | undefined;
  /**
   * Milliseconds that a holder in another container or on another machine is watched for a sign of life,
   * before its lock is taken over; a holder gives one six times in that time. @default never taken over
   */
  readonly watchMs?: number | undefined;
}

/** The lock file inside a folder. */
export const lockName = '.lock';

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Boot and clock tick at which the process started; null where the system does not say. */
  readonly started: string | null;
  /** In which process ids are counted; null where the system does not say. */
  readonly namespace: string | null;
  readonly token: string;
}

/**
 * Takes a folder for this process alone, until `release` or the end of the process.
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
  const { name = lockName, watchMs } = options;
  const lockPath = path.join(folder, name);
  const mine: Holder = {
    host: os.hostname(),
    pid: process.pid,
    started: await processStart(process.pid),
    namespace: await processNamespace(),
    token: randomUUID(),
  };
  let note: string | undefined;
  if (!(await tryCreate(lockPath, mine))) {
    const text = await readLock(lockPath);
    const holder = parseHolder(text);
    const who = describe(holder, mine);
    let sign = 'ended without closing it';
    if (holder !== undefined && canBeAsked(holder, mine)) {
      if (await isAlive(holder)) throw locked(folder, lockPath, who);
    } else {
      if (watchMs === undefined || (await givesSign(lockPath, text, watchMs))) {
        throw locked(folder, lockPath, who);
      }
      sign = `gave no sign of life for ${Math.ceil(watchMs / 1000)} s`;
    }
    await removeStale(folder, lockPath, text, mine.token);
    if (!(await tryCreate(lockPath, mine))) {
      throw locked(folder, lockPath, 'by a process that was faster');
    }
    note = `Took over \`${folder}\` from ${who.replace(/^by /u, '')}, which ${sign}.`;
  }
  return heldLock(folder, lockPath, mine, watchMs, note);
}

function heldLock(
  folder: string,
  lockPath: string,
  mine: Holder,
  watchMs: number | undefined,
  note: string | undefined,
): FolderLock {
  let released = false;
  let beats = 0;
  let beating: Promise<void> = Promise.resolve();
  const giveSign = async (): Promise<void> => {
    const file = await fs.open(lockPath, 'r+');
    try {
      if (!isOf(mine, await file.readFile('utf8'))) return;
      beats += 1;
      await file.write(beatText(beats), Buffer.byteLength(holderText(mine)));
    } finally {
      await file.close();
    }
  };
  const timer =
    watchMs === undefined
      ? undefined
      : setInterval(() => {
          // A sign that cannot be given is missed by others only; what it means for us, `check` finds out.
          beating = beating.then(giveSign).catch(() => {});
        }, watchMs / 6).unref();

  return {
    note,
    token: mine.token,
    async check() {
      const text = await fs.readFile(lockPath, 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw writeError(folder, error);
      });
      if (text !== undefined && isOf(mine, text)) return;
      await fs.access(folder).catch((error: unknown) => {
        throw writeError(folder, error);
      });
      const what =
        text === undefined
          ? 'its lock file is gone'
          : `it is being written ${describe(parseHolder(text), mine)} now`;
      throw new PipelineError(
        'ERR_LOCKED',
        `This process has lost \`${folder}\`: ${what}. What it finished stays valid.`,
        { path: folder },
      );
    },
    async release() {
      if (released) return;
      released = true;
      clearInterval(timer);
      await beating;
      // Read again, because it may have been taken over from us.
      const text = await fs.readFile(lockPath, 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (text !== undefined && isOf(mine, text)) await fs.rm(lockPath, { force: true });
    },
  };
}

async function tryCreate(lockPath: string, holder: Holder): Promise<boolean> {
  let file;
  try {
    file = await fs.open(lockPath, 'wx');
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(lockPath, error);
  }
  try {
    await file.writeFile(holderText(holder) + beatText(0));
  } catch (error) {
    // On a full disk a name can be made that nothing fits into.
    await fs.rm(lockPath, { force: true });
    throw writeError(lockPath, error);
  } finally {
    await file.close();
  }
  return true;
}

/** First line of a lock. The second is a number of fixed width, overwritten in its place. */
function holderText(holder: Holder): string {
  return `${JSON.stringify(holder)}\n`;
}

function beatText(beats: number): string {
  return `${String(beats).padStart(12, '0')}\n`;
}

function isOf(holder: Holder, text: string): boolean {
  return text.startsWith(holderText(holder));
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
    const [line = ''] = text.split('\n', 1);
    const { host, pid, started, namespace, token } = JSON.parse(line) as Record<
      keyof Holder,
      unknown
    >;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid)) return undefined;
    return {
      host,
      pid: Number(pid),
      started: typeof started === 'string' ? started : null,
      namespace: typeof namespace === 'string' ? namespace : null,
      token: typeof token === 'string' ? token : '',
    };
  } catch {
    // Not ours, or its process ended in the middle of the write: the caller refuses and says so.
    return undefined;
  }
}

/** Such as ``by process 7 on `node-3` ``. */
function describe(holder: Holder | undefined, mine: Holder): string {
  if (holder === undefined) return 'by a process that did not leave its number';
  const { host, pid, namespace } = holder;
  if (host !== mine.host) return `by process ${pid} on \`${host}\``;
  const elsewhere = namespace !== null && namespace !== mine.namespace;
  return `by process ${pid}${elsewhere ? ` in another container \`${host}\`` : ''}`;
}

/** The namespace of process ids that a machine itself has, the same number on all of them (Linux `proc_ns.h`). */
const ownNamespace = 'pid:[4026531836]';

/** Whether a process id of the holder means something to us. */
function canBeAsked(holder: Holder, mine: Holder): boolean {
  if (holder.host !== mine.host) return false;
  if (holder.namespace === null || mine.namespace === null) return true;
  if (holder.namespace !== mine.namespace) return false;
  // The same name and another boot: this machine before it was started again, or a container's namesake elsewhere.
  return bootOf(holder) === bootOf(mine) || mine.namespace === ownNamespace;
}

function bootOf({ started }: Holder): string | undefined {
  return started?.split(' ', 1)[0];
}

/** Whether the lock changes or goes away within that time. */
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
async function removeStale(
  folder: string,
  lockPath: string,
  text: string,
  token: string,
): Promise<void> {
  const aside = `${lockPath}.${token}${partialSuffix}`;
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

/**
 * Boot and clock tick at which a process started: unique on a machine. Null where `/proc` is missing.
 * Of a process that has ended, and that its parent has not asked about yet, the word `ended`.
 */
async function processStart(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      fs.readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is the command in parentheses and may hold anything; the start is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    const ticks = fields[19];
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`;
  } catch {
    // Other systems have no /proc: the process id decides alone there.
    return null;
  }
}

/** Such as `pid:[4026531836]`. Null where `/proc` is missing. */
async function processNamespace(): Promise<string | null> {
  try {
    return await fs.readlink('/proc/self/ns/pid');
  } catch {
    // Other systems have no namespaces of process ids.
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
