import fs from 'node:fs/promises';
import { PipelineError } from '../errors.ts';
import {
  beatText,
  describeHolder,
  holderText,
  isOf,
  type LockHolder,
  parseHolder,
} from './lock-holder.ts';
import { isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/** A folder, or one piece of work in it, that only this process writes to. */
export interface FolderLock {
  /** Note for the user when the lock of a dead process was taken over. */
  readonly note: string | undefined;
  /** Different for every lock that was ever taken: keeps temporary files of two holders apart. */
  readonly token: string;
  /**
   * Checks that the lock is still ours. A process that was suspended for long may have lost it.
   * @throws {PipelineError} `ERR_LOCKED` when it is not; `ERR_WRITE` when the whole folder is gone.
   */
  check(): Promise<void>;
  /** Removes the lock, if it is still ours. Idempotent. */
  release(): Promise<void>;
}

/** A lock file and the process that wants it. */
export interface Lock {
  readonly folder: string;
  readonly lockPath: string;
  readonly mine: LockHolder;
  /** See `LockOptions`. */
  readonly watchMs: number | undefined;
  /** See `LockOptions`. */
  readonly elsewhere: string | null;
}

/**
 * The lock once its file is written: gives signs of life until it is released.
 *
 * @param note See `FolderLock`.
 */
export function heldLock(lock: Lock, note: string | undefined): FolderLock {
  const { lockPath, mine } = lock;
  const heartbeat = startHeartbeat(lock);
  let released = false;
  return {
    note,
    token: mine.token,
    check: () => checkHeld(lock),
    async release() {
      if (released) return;
      released = true;
      await heartbeat.stop();
      // Read again, because it may have been taken over from us.
      const text = await lockText(lockPath);
      if (text !== undefined && isOf(mine, text)) await fs.rm(lockPath, { force: true });
    },
  };
}

/** Counts up the number in the lock file, six times in the time that others watch it. */
function startHeartbeat({ lockPath, mine, watchMs }: Lock): { stop(): Promise<void> } {
  if (watchMs === undefined) return { stop: async () => {} };
  let beats = 0;
  let beating: Promise<void> = Promise.resolve();
  const beat = async (): Promise<void> => {
    const file = await fs.open(lockPath, 'r+');
    try {
      if (!isOf(mine, await file.readFile('utf8'))) return;
      beats += 1;
      await file.write(beatText(beats), Buffer.byteLength(holderText(mine)));
    } finally {
      await file.close();
    }
  };
  const timer = setInterval(() => {
    // A sign that cannot be given is missed by others only; what it means for us, `check` finds out.
    beating = beating.then(beat).catch(() => {});
  }, watchMs / 6).unref();
  return {
    async stop() {
      clearInterval(timer);
      await beating;
    },
  };
}

async function checkHeld({ folder, lockPath, mine }: Lock): Promise<void> {
  const text = await lockText(lockPath).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  if (text !== undefined && isOf(mine, text)) return;
  await fs.access(folder).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  const what =
    text === undefined
      ? 'its lock file is gone'
      : `it is being written ${describeHolder(parseHolder(text), mine)} now`;
  throw new PipelineError(
    'ERR_LOCKED',
    `This process has lost \`${folder}\`: ${what}. What it finished stays valid.`,
    { path: folder },
  );
}

/** Text of the lock file; undefined when it is gone. */
async function lockText(lockPath: string): Promise<string | undefined> {
  return await fs.readFile(lockPath, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
